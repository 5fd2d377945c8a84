import { type ByteReader, MAX_RANK, type Shape } from '@km/core';
import { malformed } from './errors.ts';

/** Decodes a dataspace message; the null dataspace, which holds no value at all, gets the shape `[0]`. */
export function decodeDataspace(reader: ByteReader): Shape {
  const version = reader.uint8();
  const rank = reader.uint8();
  if (version < 1 || version > 2 || rank > MAX_RANK) {
    throw malformed(reader, `a dataspace has version ${version} and ${rank} axes`);
  }
  reader.skip(1);
  if (version === 1) reader.skip(5);
  else if (reader.uint8() === 2) return [0];
  return Array.from({ length: rank }, () => reader.uint64());
}
