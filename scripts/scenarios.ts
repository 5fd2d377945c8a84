/**
 * Writes docs/scenarios.md: which scenarios of the test suites of TensorFlow and Keras have a test here.
 * Use: node scripts/run.mjs scripts/scenarios.ts TSV [--check]
 *
 * TSV has a header and the columns suite, test, proves, applies, area, priority. A test here names the scenarios that it
 * proves in brackets at the end of its title. scripts/scenarios.json says of others why they have none.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(path.dirname(new URL(import.meta.url).pathname));

interface Scenario {
  readonly suite: string;
  readonly test: string;
  readonly applies: string;
  readonly area: string;
  readonly priority: string;
}

/** Why a scenario has no test of its name. */
interface Note {
  readonly state: 'adapted' | 'not applicable' | 'missing';
  readonly reason: string;
}

const STATES = ['done', 'adapted', 'not applicable', 'missing'] as const;
type State = (typeof STATES)[number];

/** Areas of which every row of priority P0 and P1 is accounted for. */
const WHOLE = ['savedmodel-write', 'savedmodel-read', 'signature'];

function readScenarios(file: string): Scenario[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(
      columns.map((name, i) => [name, cells[i] ?? '']),
    ) as unknown as Scenario;
  });
}

/** Files of tests by the scenarios that their titles name. */
function readTags(): Map<string, Set<string>> {
  const tags = new Map<string, Set<string>>();
  const folders = readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/test`);
  for (const folder of folders.sort()) {
    const names = readdirSync(path.join(root, folder), { recursive: true }).map(String);
    for (const name of names.filter((file) => file.endsWith('.test.ts')).sort()) {
      const file = `${folder}/${name.split(path.sep).join('/')}`;
      const text = readFileSync(path.join(root, file), 'utf8');
      // A title ends with one or more names in brackets, right before its closing quote.
      for (const [, ending = ''] of text.matchAll(/ ((?:\[[^[\]\n]+\] ?)+)['"`],/g)) {
        for (const [, tag = ''] of ending.matchAll(/\[([^[\]]+)\]/g)) {
          tags.set(tag, (tags.get(tag) ?? new Set()).add(file));
        }
      }
    }
  }
  return tags;
}

interface Row {
  readonly scenario: Scenario;
  readonly state: State;
  readonly what: string;
}

function rowOf(
  scenario: Scenario,
  tags: ReadonlyMap<string, Set<string>>,
  notes: Record<string, Note>,
): Row {
  const files = tags.get(scenario.test);
  if (files !== undefined) {
    const note = notes[scenario.test];
    const said = note?.state === 'adapted' ? note.reason : undefined;
    const adapted = said ?? /^adapted: (.*)/.exec(scenario.applies)?.[1];
    const places = [...files].map((file) => `\`${file.replace(/^packages\//, '')}\``).join(', ');
    return adapted === undefined
      ? { scenario, state: 'done', what: places }
      : { scenario, state: 'adapted', what: `${adapted}: ${places}` };
  }
  const refused = /^no: (.*)/.exec(scenario.applies)?.[1];
  if (refused !== undefined) return { scenario, state: 'not applicable', what: refused };
  const note = notes[scenario.test];
  return { scenario, state: note?.state ?? 'missing', what: note?.reason ?? 'no test names it' };
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
}

function page(rows: readonly Row[]): string {
  const areas = [...new Set(rows.map(({ scenario }) => scenario.area))].sort(
    (a, b) => Number(WHOLE.includes(b)) - Number(WHOLE.includes(a)) || (a < b ? -1 : 1),
  );
  const ofArea = (area: string): Row[] => rows.filter(({ scenario }) => scenario.area === area);
  const counts = areas.map((area) => [
    area,
    ...STATES.map((state) => ofArea(area).filter((row) => row.state === state).length),
  ]);
  const sections = areas.flatMap((area) => {
    const shown = ofArea(area).filter(({ state }) => WHOLE.includes(area) || state !== 'missing');
    if (shown.length === 0) return [];
    const cells = shown.map(({ scenario, state, what }) => [
      scenario.test,
      scenario.priority,
      state,
      what,
    ]);
    return [
      '',
      `## ${area}`,
      '',
      ...table(['scenario', 'priority', 'state', 'where, or why not'], cells),
    ];
  });
  return [
    '# Scenarios of TensorFlow, Keras and tfjs',
    '',
    'Tests that TensorFlow, tf_keras, Keras and TensorFlow.js keep for saving and loading, by their public names, and the',
    'tests here that prove the same; the title of such a test ends with the name in brackets. Written by',
    '`scripts/scenarios.ts`. Listed are scenarios of the priorities P0 (core) and P1 (expected by users); *adapted* means the',
    'same behaviour in another form, which the last column names.',
    '',
    ...table(['area', ...STATES], counts),
    ...sections,
    '',
  ].join('\n');
}

const [file, check] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: scenarios.ts TSV [--check]');
const all = readScenarios(file);
const tags = readTags();
const known = new Set(all.map(({ test }) => test));
const strange = [...tags.keys()].filter(
  (tag) => /^\w+Tests?\.\w+|^Test\w+\./.test(tag) && !known.has(tag),
);
if (strange.length > 0) throw new Error(`no such scenarios: ${strange.join(', ')}`);
const notes: Record<string, Note> = JSON.parse(
  readFileSync(path.join(root, 'scripts', 'scenarios.json'), 'utf8'),
);
const rows = all
  .filter(({ priority }) => priority === 'P0' || priority === 'P1')
  .map((scenario) => rowOf(scenario, tags, notes));
const text = page(rows);
const target = path.join(root, 'docs', 'scenarios.md');
if (check === '--check') {
  process.exitCode = readFileSync(target, 'utf8') === text ? 0 : 1;
} else {
  writeFileSync(target, text);
}
for (const state of STATES) {
  console.log(`${rows.filter((row) => row.state === state).length} ${state}`);
}
for (const { scenario } of rows.filter(
  (row) => row.state === 'missing' && WHOLE.includes(row.scenario.area),
)) {
  console.log(`missing: ${scenario.area} ${scenario.priority} ${scenario.test}`);
}
