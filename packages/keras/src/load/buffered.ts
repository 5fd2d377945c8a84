import { type ByteSource, cachedSource, memorySource, type ReadOptions } from '@km/core';

/** Files up to this size are read at once: hundreds of small reads cost more than their bytes. */
const MOST_AT_ONCE = 256 * 1024 * 1024;
/** Larger files are read in blocks, in which near values come together. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES = 32 * 1024 * 1024;

/** A source of the same bytes from which many small values are read fast. */
export async function buffered(source: ByteSource, options?: ReadOptions): Promise<ByteSource> {
  if (source.byteLength > MOST_AT_ONCE) {
    return cachedSource(source, { blockBytes: BLOCK_BYTES, maxBytes: KEPT_BYTES });
  }
  return memorySource(await source.read(0, source.byteLength, options), source.name);
}
