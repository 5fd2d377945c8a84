const ESCAPE =
  /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/y;

const LETTERS: ReadonlyMap<string, number> = new Map([
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

/** Bytes of a quoted string of protobuf's text format; undefined for an escape that it does not have. */
export function unquote(quoted: string): readonly number[] | undefined {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  let position = 1;
  while (position < quoted.length - 1) {
    const stop = quoted.indexOf('\\', position);
    const end = stop === -1 ? quoted.length - 1 : stop;
    for (const byte of encoder.encode(quoted.slice(position, end))) bytes.push(byte);
    if (stop === -1) break;
    ESCAPE.lastIndex = stop;
    const match = ESCAPE.exec(quoted);
    const escaped = match && escapedBytes(match, encoder);
    if (match === null || !escaped) return undefined;
    bytes.push(...escaped);
    position = stop + match[0].length;
  }
  return bytes;
}

function escapedBytes(match: RegExpExecArray, encoder: TextEncoder): Iterable<number> | undefined {
  const [, octal, hex, short, long, letter] = match;
  if (octal !== undefined) return [Number.parseInt(octal, 8) & 255];
  if (hex !== undefined) return [Number.parseInt(hex, 16)];
  const unit = short ?? long;
  if (unit !== undefined) {
    const code = Number.parseInt(unit, 16);
    return code <= 0x10ffff ? encoder.encode(String.fromCodePoint(code)) : undefined;
  }
  const byte = LETTERS.get(letter ?? '');
  return byte === undefined ? undefined : [byte];
}
