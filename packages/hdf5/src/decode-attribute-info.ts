import { ByteReader, type ReadOptions } from '@km/core';
import { type H5Context, readAddress } from './context.ts';
import { readDenseObjects } from './decode-dense.ts';

/** Reads the attribute messages that an attribute info message says are kept outside of the header. */
export async function readDenseAttributes(
  context: H5Context,
  body: Uint8Array,
  options?: ReadOptions,
): Promise<Uint8Array[]> {
  const reader = new ByteReader(body, context.name);
  reader.skip(1);
  if (reader.uint8() & 1) reader.skip(2);
  const heap = readAddress(reader, context);
  const index = readAddress(reader, context);
  if (heap === undefined || index === undefined) return [];
  return readDenseObjects(context, heap, index, 'attributes', options);
}
