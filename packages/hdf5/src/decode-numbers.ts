import { decodeTensor, wordSize } from '@km/core';
import type { H5Datatype } from './decode-datatype.ts';

type NumberType = Extract<H5Datatype, { kind: 'number' }>;

/** Returns numbers in little-endian order. */
export function littleEndian(type: NumberType, bytes: Uint8Array): Uint8Array {
  if (!type.bigEndian) return bytes;
  const size = wordSize(type.dtype);
  const swapped = new Uint8Array(bytes.length);
  // Sizes are powers of two, so this turns around the bytes of each word.
  for (let i = 0; i < bytes.length; i++) swapped[i ^ (size - 1)] = bytes[i] ?? 0;
  return swapped;
}

/** Decodes the few numbers of an attribute. */
export function decodeNumbers(type: NumberType, bytes: Uint8Array): (number | bigint | boolean)[] {
  const spec = { dtype: type.dtype, shape: [bytes.length / type.size] };
  const { data } = decodeTensor(spec, littleEndian(type, bytes));
  const values = Array.from<number | bigint>(data as Iterable<number | bigint>);
  return type.dtype === 'bool' ? values.map((value) => value !== 0) : values;
}
