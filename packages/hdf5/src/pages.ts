import { type ByteSource, checkRead, type ReadOptions } from '@km/core';

const PAGE_BYTES = 64 * 1024;
const MAX_PAGES = 256;

/** Reads small structures of a file through a cache, so that those lying together cost one read. */
export interface Pages {
  readonly source: ByteSource;
  /** Reads bytes `[start, end)`. @throws TruncatedError beyond the end; the signal's reason when it is aborted. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Makes a cache of the last 256 pages of 64 KiB; a range above one page goes straight to the source. */
export function cachedPages(source: ByteSource, { signal }: ReadOptions = {}): Pages {
  const pages = new Map<number, Promise<Uint8Array>>();
  const page = (index: number): Promise<Uint8Array> => {
    const start = index * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, source.byteLength);
    const known = pages.get(index);
    const found = known ?? source.read(start, end, { signal });
    // Set again, so that the Map's order tells which page was used last.
    pages.delete(index);
    pages.set(index, found);
    if (pages.size > MAX_PAGES) pages.delete(pages.keys().next().value ?? index);
    if (known === undefined) found.catch(() => pages.delete(index));
    return found;
  };
  return {
    source,
    async read(start, end) {
      checkRead(source, start, end, { signal });
      if (end - start > PAGE_BYTES) return source.read(start, end, { signal });
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
