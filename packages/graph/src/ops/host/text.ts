import { HostTensor } from '../../executor/host-tensor.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of a text. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of bytes; what is no UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** True for bytes that stand for whitespace, as C's `isspace` says. */
export function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** One byte string of several. */
export function joinBytes(
  parts: readonly Uint8Array[],
  separator: Uint8Array = new Uint8Array(),
): Uint8Array {
  const gaps = Math.max(parts.length - 1, 0) * separator.length;
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, gaps));
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (i > 0) {
      result.set(separator, at);
      at += separator.length;
    }
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Place of bytes in others from a place on; -1 when they are not there. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** Byte strings in JavaScript. */
export function hostStrings(shape: readonly number[], data: readonly Uint8Array[]): HostTensor {
  return new HostTensor('string', shape, data);
}

/** Lists of different lengths as the parts of a sparse matrix. */
export function sparseParts(rows: readonly (readonly Uint8Array[])[]): HostTensor[] {
  const indices = rows.flatMap((row, i) => row.flatMap((_, j) => [i, j]));
  const values = rows.flat();
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return [
    new HostTensor('int64', [values.length, 2], indices),
    hostStrings([values.length], values),
    new HostTensor('int64', [2], [rows.length, width]),
  ];
}
