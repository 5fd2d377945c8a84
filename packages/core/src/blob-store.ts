import { blobSource } from './blob-source.ts';
import { checkKey, compareKeys } from './key.ts';
import type { ReadableStore } from './store.ts';

/** Makes a read-only store of `Blob`s or `File`s by key, such as the files of a dropped folder. */
export function blobStore(blobs: Iterable<readonly [string, Blob]>): ReadableStore {
  const map = new Map(blobs);
  return {
    async open(key, options) {
      options?.signal?.throwIfAborted();
      const blob = map.get(checkKey(key));
      return blob && blobSource(blob, key);
    },
    async *list(prefix) {
      yield* [...map.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
    },
  };
}
