/** A value that can be printed as JSON; members that are undefined are left out. */
export type Printable =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | readonly Printable[]
  | PrintableObject;

/** Members of an object that can be printed as JSON. */
export interface PrintableObject {
  readonly [key: string]: Printable;
}

/**
 * Prints a value as JSON that every parser reads: what JSON numbers cannot hold becomes text (`"NaN"`, `"Infinity"`,
 * `"-Infinity"`, integers beyond 2^53). Lists of plain values stand on one line.
 */
export function printJson(value: Printable): string {
  return print(value, '');
}

function print(value: Printable, indent: string): string {
  if (typeof value === 'number')
    return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
  }
  if (isList(value)) return printList(value, indent);
  if (typeof value === 'object' && value !== null) return printObject(value, indent);
  return JSON.stringify(value ?? null);
}

function isList(value: Printable): value is readonly Printable[] {
  return Array.isArray(value);
}

function printList(list: readonly Printable[], indent: string): string {
  if (list.every((item) => typeof item !== 'object' || item === null)) {
    return `[${list.map((item) => print(item, '')).join(', ')}]`;
  }
  const inner = `${indent}  `;
  return `[\n${list.map((item) => inner + print(item, inner)).join(',\n')}\n${indent}]`;
}

function printObject(object: PrintableObject, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${inner}${JSON.stringify(key)}: ${print(value, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}
