import { ByteReader, MAX_RANK, type Shape } from '@km/core';
import { type H5Context, malformed, readLength } from './context.ts';

/** Decodes a dataspace message; `undefined` is the null dataspace, which holds no value at all. */
export function decodeDataspace(context: H5Context, body: Uint8Array): Shape | undefined {
  const reader = new ByteReader(body, context.name);
  const version = reader.uint8();
  if (version !== 1 && version !== 2)
    throw malformed(context, `dataspace version ${version} is unknown`);
  const rank = reader.uint8();
  if (rank > MAX_RANK) throw malformed(context, `a dataspace has ${rank} axes`);
  reader.skip(1);
  if (version === 1) reader.skip(5);
  else if (reader.uint8() === 2) return undefined;
  return Array.from({ length: rank }, () => readLength(reader, context));
}
