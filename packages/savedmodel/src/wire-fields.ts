import { MalformedError, TruncatedError } from '@km/core';

/** Wire type of fields that hold bytes: strings, messages, packed numbers. */
export const BYTES = 2;

/** One field of an encoded message. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** The field with its tag. */
  readonly whole: Uint8Array;
  /** What a field of bytes holds; empty for other fields. */
  readonly content: Uint8Array;
}

/**
 * Splits an encoded message into its fields without decoding them; the results share the memory of `bytes`.
 * @throws TruncatedError or MalformedError when the bytes are no message.
 */
export function* wireFields(bytes: Uint8Array, name: string): Generator<WireField> {
  const scanner = { bytes, name, position: 0 };
  while (scanner.position < bytes.length) {
    const start = scanner.position;
    const tag = readVarint(scanner);
    const wireType = tag % 8;
    const number = Math.floor(tag / 8);
    const length = contentLength(scanner, wireType);
    const content = scanner.position;
    if (number === 0 || length > bytes.length - content) {
      throw damaged(scanner, number === 0 ? 'no protocol buffer' : undefined);
    }
    scanner.position += length;
    yield {
      number,
      wireType,
      whole: bytes.subarray(start, scanner.position),
      content: bytes.subarray(wireType === BYTES ? content : scanner.position, scanner.position),
    };
  }
}

interface Scanner {
  readonly bytes: Uint8Array;
  readonly name: string;
  position: number;
}

/** Moves to the content of a field and gives its length. */
function contentLength(scanner: Scanner, wireType: number): number {
  switch (wireType) {
    case 0:
      readVarint(scanner);
      return 0;
    case 1:
      return 8;
    case BYTES:
      return readVarint(scanner);
    case 5:
      return 4;
    default:
      throw damaged(scanner, `wire type ${wireType}, which no field has`);
  }
}

/** Reads a varint; what exceeds a number is only ever the value of a field that is skipped. */
function readVarint(scanner: Scanner): number {
  let value = 0;
  for (let shift = 0; shift < 10; shift++) {
    const byte = scanner.bytes[scanner.position];
    if (byte === undefined) throw damaged(scanner);
    scanner.position += 1;
    value += (byte & 127) * 2 ** (7 * shift);
    if (byte < 128) return value;
  }
  throw damaged(scanner, 'a number of more than ten bytes');
}

function damaged(scanner: Scanner, what?: string): MalformedError | TruncatedError {
  const { name, position } = scanner;
  const options = { source: name, offset: position };
  if (what === undefined) {
    return new TruncatedError(
      `${name} ends inside of a field at byte ${position}; the file is truncated or damaged.`,
      options,
    );
  }
  return new MalformedError(`${name} holds ${what}, at byte ${position}; it is damaged.`, options);
}

/** Joins parts of a message into one, which merges what they hold. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
