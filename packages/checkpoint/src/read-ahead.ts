import type { ByteSource, ReadOptions } from '@km/core';
import { dtypeOfCode } from './dtype-of-code.ts';
import type { BundleIndex } from './index-entry.ts';

/** Larger data files are not kept in memory as a whole. */
const MOST_AHEAD = 256 * 1024 * 1024;
/** The largest word of a tensor that is read without a copy. */
const WORD_BYTES = 8;
/** Tensors from this size on are worth having in place. */
const LARGE_BYTES = 4096;

/**
 * Begins to read a whole source, and answers reads with views of it once it is there: much is read while the caller
 * still prepares what it is for. `offset` is that of a value that shall lie at a multiple of its word.
 */
export function readAhead(source: ByteSource, offset: number, options?: ReadOptions): ByteSource {
  const { name, byteLength } = source;
  if (byteLength > MOST_AHEAD || source.readInto === undefined) return source;
  const shift = (WORD_BYTES - (offset % WORD_BYTES)) % WORD_BYTES;
  const bytes = new Uint8Array(new ArrayBuffer(shift + byteLength), shift, byteLength);
  const whole = source.readInto(bytes, 0, { signal: options?.signal });
  // Those who read hear of a failure.
  whole.catch(() => undefined);
  return {
    name,
    byteLength,
    async read(start, end, readOptions) {
      if (start < 0 || end < start || end > byteLength) return source.read(start, end, readOptions);
      await whole;
      readOptions?.signal?.throwIfAborted();
      readOptions?.onProgress?.({
        stage: `reading ${name}`,
        done: end - start,
        total: end - start,
      });
      return bytes.subarray(start, end);
    },
  };
}

/** Where the first large value of a data file begins; files have no gaps, so most others follow its alignment. */
export function firstLargeOffset(index: BundleIndex): number {
  let first = Number.POSITIVE_INFINITY;
  for (const entry of index.entries.values()) {
    if (entry.byteLength < LARGE_BYTES) continue;
    if (dtypeOfCode(entry.dtypeCode) === 'string') continue;
    first = Math.min(first, entry.offset);
  }
  return Number.isFinite(first) ? first : 0;
}
