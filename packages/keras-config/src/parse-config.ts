import { LimitError, MAX_JSON_BYTES, MAX_RECURSION, MalformedError } from '@km/core';
import { type ConfigPath, formatPath } from './config-path.ts';
import { markFloats } from './floats.ts';
import { emptyObject, type JsonArray, type JsonObject, type JsonValue } from './json-value.ts';
import { MAX_INTEGER_DIGITS } from './limits.ts';

/** Options of `parseConfig`. */
export interface ParseConfigOptions {
  /** File or attribute that the text comes from, for messages. */
  readonly source?: string | undefined;
}

interface Reader {
  readonly text: string;
  readonly source: string | undefined;
  readonly path: (string | number)[];
  position: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** All but the quote, the backslash and control characters. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const WORDS: readonly (readonly [string, JsonValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

/**
 * Parses JSON as Python writes it, losing nothing: `printConfig(parseConfig(text))` is the same value.
 *
 * `NaN`, `Infinity` and `-Infinity` are accepted; whole floats are remembered (see `markFloats`); integers beyond
 * 2^53 become bigints; of equal keys the last one counts. A whole float that is itself the root is not remembered.
 * @throws MalformedError at the first character that is not JSON; its `path` leads to the value it stands in.
 * @throws LimitError for more than 100 levels, 256 MB of text, or an integer of more than 4300 digits.
 */
export function parseConfig(text: string, options: ParseConfigOptions = {}): JsonValue {
  const reader: Reader = { text, source: options.source, path: [], position: 0 };
  if (text.length > MAX_JSON_BYTES) {
    throw new LimitError(`More than ${MAX_JSON_BYTES} characters of JSON.`, location(reader));
  }
  const { value } = readValue(reader);
  skipSpace(reader);
  if (reader.position < text.length) throw syntaxError(reader, 'the end of the text');
  return value;
}

interface ReadValue {
  readonly value: JsonValue;
  readonly isWholeFloat: boolean;
}

function readValue(reader: Reader): ReadValue {
  skipSpace(reader);
  switch (reader.text[reader.position]) {
    case '{':
      return { value: readObject(reader), isWholeFloat: false };
    case '[':
      return { value: readArray(reader), isWholeFloat: false };
    case '"':
      return { value: readString(reader), isWholeFloat: false };
    default:
      return readWord(reader) ?? readNumber(reader);
  }
}

function readWord(reader: Reader): ReadValue | undefined {
  for (const [word, value] of WORDS) {
    if (!reader.text.startsWith(word, reader.position)) continue;
    reader.position += word.length;
    return { value, isWholeFloat: false };
  }
  return undefined;
}

function readNumber(reader: Reader): ReadValue {
  NUMBER.lastIndex = reader.position;
  const match = NUMBER.exec(reader.text);
  if (match === null) throw syntaxError(reader, 'a value');
  const [literal, fraction, exponent] = match;
  const isFloat = fraction !== undefined || exponent !== undefined;
  if (!isFloat && literal.length > MAX_INTEGER_DIGITS) {
    throw new LimitError(
      `An integer of ${literal.length} digits; at most ${MAX_INTEGER_DIGITS} are read.`,
      location(reader),
    );
  }
  reader.position += literal.length;
  const value = Number(literal);
  if (isFloat) return { value, isWholeFloat: Number.isSafeInteger(value) };
  // `-0` is the integer 0 in Python.
  if (Number.isSafeInteger(value)) return { value: value === 0 ? 0 : value, isWholeFloat: false };
  return { value: BigInt(literal), isWholeFloat: false };
}

function readString(reader: Reader): string {
  let result = '';
  reader.position += 1;
  for (;;) {
    PLAIN.lastIndex = reader.position;
    const plain = PLAIN.exec(reader.text)?.[0] ?? '';
    result += plain;
    reader.position += plain.length;
    const stop = reader.text[reader.position];
    if (stop === '"') break;
    if (stop !== '\\') throw syntaxError(reader, 'the end of a string');
    result += readEscape(reader);
  }
  reader.position += 1;
  return result;
}

function readEscape(reader: Reader): string {
  const letter = reader.text[reader.position + 1] ?? '';
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    reader.position += 2;
    return simple;
  }
  const code = reader.text.slice(reader.position + 2, reader.position + 6);
  if (letter !== 'u' || !/^[\da-fA-F]{4}$/.test(code)) throw syntaxError(reader, 'an escape');
  reader.position += 6;
  return String.fromCharCode(Number.parseInt(code, 16));
}

function readArray(reader: Reader): JsonArray {
  const items: JsonValue[] = [];
  const floats: number[] = [];
  enter(reader);
  let more = !closes(reader, ']');
  while (more) {
    reader.path.push(items.length);
    const { value, isWholeFloat } = readValue(reader);
    if (isWholeFloat) floats.push(items.length);
    items.push(value);
    reader.path.pop();
    more = continues(reader, ']');
  }
  return floats.length === 0 ? items : markFloats(items, floats);
}

function readObject(reader: Reader): JsonObject {
  const object = emptyObject();
  const floats = new Set<string>();
  enter(reader);
  let more = !closes(reader, '}');
  while (more) {
    const key = readKey(reader);
    reader.path.push(key);
    const { value, isWholeFloat } = readValue(reader);
    if (isWholeFloat) floats.add(key);
    else floats.delete(key);
    object[key] = value;
    reader.path.pop();
    more = continues(reader, '}');
  }
  return markFloats(object, floats);
}

function readKey(reader: Reader): string {
  skipSpace(reader);
  if (reader.text[reader.position] !== '"') throw syntaxError(reader, 'a key in quotes');
  const key = readString(reader);
  skipSpace(reader);
  if (reader.text[reader.position] !== ':') throw syntaxError(reader, '":"');
  reader.position += 1;
  return key;
}

function enter(reader: Reader): void {
  if (reader.path.length >= MAX_RECURSION) {
    throw new LimitError(
      `The configuration is nested deeper than ${MAX_RECURSION} levels.`,
      location(reader),
    );
  }
  reader.position += 1;
}

function closes(reader: Reader, end: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.position] !== end) return false;
  reader.position += 1;
  return true;
}

function continues(reader: Reader, end: string): boolean {
  if (closes(reader, end)) return false;
  if (reader.text[reader.position] !== ',') throw syntaxError(reader, `"," or "${end}"`);
  reader.position += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  SPACE.lastIndex = reader.position;
  reader.position += SPACE.exec(reader.text)?.[0].length ?? 0;
}

function location(reader: Reader): { path: string; offset: number; source?: string } {
  const path: ConfigPath = reader.path;
  const place = { path: formatPath(path), offset: reader.position };
  return reader.source === undefined ? place : { ...place, source: reader.source };
}

function syntaxError(reader: Reader, expected: string): MalformedError {
  const found = reader.text[reader.position];
  const what = found === undefined ? 'the text ends' : `${JSON.stringify(found)} stands`;
  const where = formatPath(reader.path);
  return new MalformedError(
    `Not JSON: ${what} where ${expected} should be, at character ${reader.position}` +
      `${where === '' ? '' : ` in ${where}`}; the file is damaged or holds something else.`,
    location(reader),
  );
}
