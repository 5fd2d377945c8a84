import { joinChunks } from './chunks.ts';
import { NotFoundError } from './errors.ts';
import { checkKey, compareKeys } from './key.ts';
import { memorySource } from './memory-source.ts';
import { progressOf } from './progress.ts';
import type { ByteChunks } from './source.ts';
import type { Store } from './store.ts';

/** A store in memory. */
export interface MemoryStore extends Store {
  /** Objects by key; may be read and changed at any time. */
  readonly objects: Map<string, Uint8Array>;
  list(prefix: string): AsyncIterable<string>;
  append(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
}

/** Makes a store in memory, holding the given objects at first. */
export function memoryStore(objects: Iterable<readonly [string, Uint8Array]> = []): MemoryStore {
  const map = new Map(objects);
  return {
    objects: map,
    async open(key, options) {
      options?.signal?.throwIfAborted();
      const bytes = map.get(checkKey(key));
      return bytes && memorySource(bytes, key);
    },
    async *list(prefix) {
      yield* [...map.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
    },
    async write(key, chunks: ByteChunks, options) {
      checkKey(key);
      const bytes = await joinChunks(chunks, options);
      progressOf(options, `writing ${key}`, bytes.length)(bytes.length);
      map.set(key, bytes);
    },
    async append(key, bytes) {
      map.set(checkKey(key), await joinChunks([map.get(key) ?? new Uint8Array(), bytes]));
    },
    async delete(key) {
      map.delete(checkKey(key));
    },
    async copy(from, to) {
      const bytes = map.get(checkKey(from));
      if (bytes === undefined) throw new NotFoundError(`There is no ${from}.`, { source: from });
      map.set(checkKey(to), bytes);
    },
  };
}
