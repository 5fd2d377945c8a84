import { MalformedError } from '@km/core';

/** Piece of a text in protobuf text format. */
export type StateToken =
  | { readonly kind: 'name' | 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly bytes: readonly number[] }
  | { readonly kind: ':' | ',' | '[' | ']' };

const PATTERN =
  /(?:\s|#[^\n]*(?:\n|$))+|([A-Za-z_][\w.]*)|([-+]?(?:\d[\w.]*(?:[eE][-+]?\d+)?|\.\d[\w.]*))|("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|([:,;[\]])/y;

/** Splits a text in protobuf text format. @throws MalformedError where it does not follow the format. */
export function tokenizeState(text: string): StateToken[] {
  const tokens: StateToken[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const offset = PATTERN.lastIndex;
    const match = PATTERN.exec(text);
    if (match === null)
      throw new MalformedError(`The state file has an unexpected character at ${offset}.`, {
        offset,
      });
    const [, name, number, string, sign] = match;
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (string !== undefined) tokens.push({ kind: 'string', bytes: bytesOf(string, offset) });
    else if (sign !== undefined) tokens.push({ kind: signOf(sign) });
  }
  return tokens;
}

function signOf(sign: string): ':' | ',' | '[' | ']' {
  if (sign === ';') return ',';
  return sign as ':' | ',' | '[' | ']';
}

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
  ["'", 39],
  ['"', 34],
  ['?', 63],
]);

const ESCAPE =
  /\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))|[^\\]+/gu;

/** Bytes of a quoted string, whose text is UTF-8 and whose octal and hexadecimal escapes are bytes. */
function bytesOf(quoted: string, offset: number): number[] {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const [piece, octal, hex, short, long, simple] of quoted.slice(1, -1).matchAll(ESCAPE)) {
    const code = short ?? long;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (code !== undefined) bytes.push(...encoder.encode(codePoint(code, offset)));
    else if (simple === undefined) bytes.push(...encoder.encode(piece));
    else bytes.push(simpleEscape(simple, offset));
  }
  return bytes;
}

function codePoint(hex: string, offset: number): string {
  const value = Number.parseInt(hex, 16);
  if (value > 0x10ffff)
    throw new MalformedError(`The state file has no such character: U+${hex}.`, { offset });
  return String.fromCodePoint(value);
}

function simpleEscape(letter: string, offset: number): number {
  const byte = SIMPLE.get(letter);
  if (byte === undefined)
    throw new MalformedError(`The state file has an unknown escape \\${letter}.`, { offset });
  return byte;
}
