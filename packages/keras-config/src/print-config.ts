import { MAX_RECURSION } from '@km/core';
import { type ConfigPath, formatPath } from './config-path.ts';
import { KERAS_FLOAT_KEYS } from './float-keys.ts';
import { floatMarks } from './floats.ts';
import { pythonFloat } from './python-float.ts';

/** Options of `printConfig`. */
export interface PrintConfigOptions {
  /** Spaces per level; without it everything stands on one line, as `json.dumps` does. */
  readonly indent?: number | undefined;
  /** Members that print as floats in objects that were made in code; default `KERAS_FLOAT_KEYS`. */
  readonly floatKeys?: ReadonlySet<string> | undefined;
}

interface Printer {
  readonly indent: number | undefined;
  readonly floatKeys: ReadonlySet<string>;
  readonly path: (string | number)[];
}

/**
 * Prints a value exactly as Python's `json.dumps` prints the same value.
 *
 * Separators are `", "` and `": "`, all that is not ASCII is escaped, floats have their shortest form. A whole number
 * prints as a float when its container says so (`markFloats`, parsed text) or, in a container made in code, when its
 * key is one of `floatKeys`.
 * @throws TypeError for a value that JSON does not have, naming its path.
 */
export function printConfig(value: unknown, options: PrintConfigOptions = {}): string {
  const floatKeys = options.floatKeys ?? KERAS_FLOAT_KEYS;
  return printValue({ indent: options.indent, floatKeys, path: [] }, value, false);
}

function printValue(printer: Printer, value: unknown, isFloat: boolean): string {
  switch (typeof value) {
    case 'string':
      return printString(value);
    case 'number':
      return printNumber(value, isFloat);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return printObject(printer, value);
    default:
      throw unprintable(printer.path, typeof value);
  }
}

function printNumber(value: number, isFloat: boolean): string {
  const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
  return isInteger && !isFloat ? String(value) : pythonFloat(value);
}

function printObject(printer: Printer, value: object | null): string {
  if (value === null) return 'null';
  if (printer.path.length >= MAX_RECURSION) {
    throw new RangeError(
      `${formatPath(printer.path.slice(0, 8))}… is nested too deeply or in itself.`,
    );
  }
  if (Array.isArray(value)) return printArray(printer, value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw unprintable(printer.path, `an instance of ${value.constructor.name}`);
  }
  const marks = floatMarks(value);
  const parts = Object.entries(value).map(([key, member]) => {
    const isFloat = (marks ?? printer.floatKeys).has(key);
    return `${printString(key)}: ${printMember(printer, key, member, isFloat)}`;
  });
  return printParts(printer, '{', parts, '}');
}

function printArray(printer: Printer, items: readonly unknown[]): string {
  const marks = floatMarks(items);
  const parts = items.map((item, index) =>
    printMember(printer, index, item, marks?.has(String(index)) ?? false),
  );
  return printParts(printer, '[', parts, ']');
}

function printMember(
  printer: Printer,
  key: string | number,
  member: unknown,
  isFloat: boolean,
): string {
  printer.path.push(key);
  const text = printValue(printer, member, isFloat);
  printer.path.pop();
  return text;
}

function printParts(
  printer: Printer,
  open: string,
  parts: readonly string[],
  close: string,
): string {
  if (printer.indent === undefined || parts.length === 0) return open + parts.join(', ') + close;
  const outer = `\n${' '.repeat(printer.indent * printer.path.length)}`;
  const inner = outer + ' '.repeat(printer.indent);
  return open + inner + parts.join(`,${inner}`) + outer + close;
}

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\f', '\\f'],
  ['\b', '\\b'],
]);

function printString(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return NAMED_ESCAPES.get(unit) ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}

function unprintable(path: ConfigPath, what: string): TypeError {
  return new TypeError(`${formatPath(path) || 'The value'} is ${what}, which JSON does not have.`);
}
