import { printable } from './printable.ts';

/** A table: one heading per column, and one text per column in each row. */
export interface TableSection {
  readonly title?: string | undefined;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that stand to the right, by index. */
  readonly right?: readonly number[];
}

/** Facts with their names. */
export interface FactSection {
  readonly title?: string | undefined;
  readonly facts: readonly (readonly [name: string, value: string | undefined])[];
}

/** Lines as they are. */
export interface LineSection {
  readonly title?: string | undefined;
  readonly lines: readonly string[];
}

/** A part of what a command prints. */
export type Section = TableSection | FactSection | LineSection;

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Prints sections, an empty line between two; tables without rows are left out, and control characters escaped. */
export async function printSections(sections: readonly Section[]): Promise<string> {
  const texts: string[] = [];
  for (const section of sections) {
    if ('rows' in section && section.rows.length === 0) continue;
    const title = section.title === undefined ? '' : `${printable(section.title)}\n`;
    texts.push(title + (await printBody(section)));
  }
  return texts.join('\n');
}

async function printBody(section: Section): Promise<string> {
  if ('lines' in section) return section.lines.map((line) => `${printable(line)}\n`).join('');
  if ('head' in section) return printTable(section);
  const known = section.facts.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const width = Math.max(0, ...known.map(({ name }) => name.length));
  return known.map(({ name, value }) => `${name.padEnd(width)}  ${printable(value)}\n`).join('');
}

async function printTable({ head, rows, right = [] }: TableSection): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: [...head],
    chars: NO_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  });
  table.push(
    head.map(() => ''),
    ...rows.map((row) => row.map((cell) => printable(cell))),
  );
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  // The empty row makes room for a rule as wide as the widest line.
  const width = Math.max(...lines.map((line) => line.length));
  return `${[lines[0], '─'.repeat(width), ...lines.slice(2)].join('\n')}\n`;
}
