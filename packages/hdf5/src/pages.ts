import { type ByteSource, checkRead, type ReadOptions } from '@km/core';

const PAGE_BYTES = 64 * 1024;
const MAX_PAGES = 256;

/** Reads small structures of a file through a cache, so that those lying together cost one read. */
export interface Pages {
  readonly source: ByteSource;
  /** Reads bytes `[start, end)`. @throws TruncatedError beyond the end. */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
}

/** Makes a cache of the last 256 pages of 64 KiB; a range above one page goes straight to the source. */
export function cachedPages(source: ByteSource): Pages {
  const pages = new Map<number, Promise<Uint8Array>>();
  // A page may serve several callers, so none of them can cancel its read.
  const page = (index: number): Promise<Uint8Array> => {
    const start = index * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, source.byteLength);
    const found = pages.get(index) ?? source.read(start, end);
    // Set again, so that the Map's order tells which page was used last.
    pages.delete(index);
    pages.set(index, found);
    if (pages.size > MAX_PAGES) pages.delete(pages.keys().next().value ?? index);
    found.catch(() => pages.delete(index));
    return found;
  };
  return {
    source,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      if (end - start > PAGE_BYTES) return source.read(start, end, { signal: options?.signal });
      const first = Math.floor(start / PAGE_BYTES);
      const head = await page(first);
      const base = first * PAGE_BYTES;
      if (end <= base + head.length) return head.subarray(start - base, end - base);
      const tail = await page(first + 1);
      const joined = new Uint8Array(end - start);
      joined.set(head.subarray(start - base));
      joined.set(tail.subarray(0, end - base - PAGE_BYTES), base + PAGE_BYTES - start);
      return joined;
    },
  };
}
