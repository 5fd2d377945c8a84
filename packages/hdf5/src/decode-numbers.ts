import { bfloat16ToNumber, decodeTensor, float16ToNumber, wordSize } from '@km/core';
import type { H5Datatype } from './decode-datatype.ts';

type NumberType = Extract<H5Datatype, { kind: 'number' }>;

/** Copies bytes with the order reversed inside each word of `size` bytes. */
export function reverseWords(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const inWord = i % size;
    swapped[i - inWord + (size - 1 - inWord)] = bytes[i] ?? 0;
  }
  return swapped;
}

/** Returns numbers in little-endian order. */
export function littleEndian(type: NumberType, bytes: Uint8Array): Uint8Array {
  return type.bigEndian ? reverseWords(bytes, wordSize(type.dtype)) : bytes;
}

/** Decodes the few numbers of an attribute. */
export function decodeNumbers(type: NumberType, bytes: Uint8Array): (number | bigint | boolean)[] {
  const { dtype } = type;
  const shape = [bytes.length / type.size];
  const { data } = decodeTensor({ dtype, shape }, littleEndian(type, bytes));
  const values: (number | bigint)[] = Array.from<number | bigint>(
    data as Iterable<number | bigint>,
  );
  if (dtype === 'bool') return values.map((value) => value !== 0);
  if (dtype === 'float16') return values.map((value) => float16ToNumber(Number(value)));
  if (dtype === 'bfloat16') return values.map((value) => bfloat16ToNumber(Number(value)));
  return values;
}
