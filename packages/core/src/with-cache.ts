import { progressOf } from './progress.ts';
import { checkRead } from './range.ts';
import { type SharedRead, sharedRead } from './shared-read.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import type { ReadableStore } from './store.ts';
import { wrapStore } from './with-coalescing.ts';

/** How blocks are kept. */
export interface CacheOptions {
  /** Size of a block, in bytes; 256 KiB unless set. */
  readonly blockBytes?: number;
  /** Bytes kept at most, over all objects of the store; 64 MiB unless set. */
  readonly maxBytes?: number;
}

/** Wraps a store so that blocks read once are kept in memory, the least recently used ones going first. */
export function withCache(store: ReadableStore, cache: CacheOptions = {}): ReadableStore {
  const blocks = new BlockCache(cache);
  return wrapStore(store, (source) => blocks.wrap(source));
}

/** Wraps a source so that blocks read once are kept in memory, the least recently used ones going first. */
export function cachedSource(source: ByteSource, cache: CacheOptions = {}): ByteSource {
  return new BlockCache(cache).wrap(source);
}

/** A block that is being read, as part of a longer read that starts at `base`. */
interface Flight {
  readonly read: SharedRead<Uint8Array>;
  readonly base: number;
}

class BlockCache {
  readonly #blockBytes: number;
  readonly #maxBytes: number;
  // Insertion order is the order of use.
  readonly #blocks = new Map<string, Uint8Array>();
  readonly #flights = new Map<string, Flight>();
  #bytes = 0;
  #sources = 0;

  constructor({ blockBytes = 256 * 1024, maxBytes = 64 * 1024 * 1024 }: CacheOptions) {
    if (!(blockBytes >= 1)) throw new RangeError('blockBytes must be at least 1.');
    this.#blockBytes = blockBytes;
    this.#maxBytes = maxBytes;
  }

  wrap(source: ByteSource): ByteSource {
    // An object opened again may have changed, so it shares no blocks with its former self.
    const id = this.#sources++;
    return {
      name: source.name,
      byteLength: source.byteLength,
      read: async (start, end, options) => {
        checkRead(source, start, end, options);
        // A read that would push out most of the cache bypasses it.
        if (end - start > this.#maxBytes / 4) return source.read(start, end, options);
        return this.#read(source, id, start, end, options);
      },
    };
  }

  async #read(
    source: ByteSource,
    id: number,
    start: number,
    end: number,
    options: ReadOptions | undefined,
  ): Promise<Uint8Array> {
    const size = this.#blockBytes;
    this.#startFlights(source, id, Math.floor(start / size), Math.ceil(end / size));
    const parts: Promise<Uint8Array>[] = [];
    for (let block = Math.floor(start / size); block * size < end; block++) {
      parts.push(this.#block(source, id, block, options?.signal));
    }
    const bytes = new Uint8Array(end - start);
    let position = Math.floor(start / size) * size;
    for (const part of await Promise.all(parts)) {
      const from = Math.max(0, start - position);
      const to = Math.min(part.length, end - position);
      bytes.set(part.subarray(from, to), position + from - start);
      position += part.length;
    }
    progressOf(options, `reading ${source.name}`, bytes.length)(bytes.length);
    return bytes;
  }

  /** Starts one read for each run of blocks that are neither kept nor on their way. */
  #startFlights(source: ByteSource, id: number, first: number, last: number): void {
    let runStart = first;
    for (let block = first; block <= last; block++) {
      const key = `${id}:${block}`;
      const flying = this.#flights.get(key);
      if (block < last && !this.#blocks.has(key) && !(flying && !flying.read.cancelled)) continue;
      if (block > runStart) this.#startFlight(source, id, runStart, block);
      runStart = block + 1;
    }
  }

  #startFlight(source: ByteSource, id: number, first: number, last: number): Flight {
    const base = first * this.#blockBytes;
    const end = Math.min(last * this.#blockBytes, source.byteLength);
    const flight = { read: sharedRead((signal) => source.read(base, end, { signal })), base };
    const keys = Array.from({ length: last - first }, (_, i) => `${id}:${first + i}`);
    for (const key of keys) this.#flights.set(key, flight);
    const land = (bytes?: Uint8Array): void => {
      keys.forEach((key, i) => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        const offset = i * this.#blockBytes;
        if (bytes) this.#keep(key, bytes.slice(offset, offset + this.#blockBytes));
      });
    };
    flight.read.result.then(land, () => land());
    return flight;
  }

  async #block(
    source: ByteSource,
    id: number,
    block: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const key = `${id}:${block}`;
    const kept = this.#blocks.get(key);
    if (kept) {
      this.#blocks.delete(key);
      this.#blocks.set(key, kept);
      return kept;
    }
    const flight = this.#flights.get(key) ?? this.#startFlight(source, id, block, block + 1);
    const bytes = await flight.read.join(signal);
    const offset = block * this.#blockBytes - flight.base;
    return bytes.subarray(offset, offset + this.#blockBytes);
  }

  #keep(key: string, bytes: Uint8Array): void {
    this.#blocks.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#blocks.delete(oldest);
      this.#bytes -= length;
    }
  }
}
