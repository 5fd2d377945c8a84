import type { ByteChunks, ByteSource, ReadOptions, WriteOptions } from './source.ts';

/** A read-only set of named objects: a directory, a URL prefix, a zip archive, a bucket. */
export interface ReadableStore {
  /** Opens an object; resolves to `undefined` when the store holds none of that key. */
  open(key: string, options?: ReadOptions): Promise<ByteSource | undefined>;
  /** Keys that start with `prefix`, in code-point order. */
  list?(prefix: string, options?: ReadOptions): AsyncIterable<string>;
}

/** A set of named objects that can be replaced. */
export interface WritableStore {
  /** Stores an object whole or not at all. */
  write(key: string, chunks: ByteChunks, options?: WriteOptions): Promise<void>;
  /** Adds bytes at the end of an object, which is made if there is none; after a crash it may end with a part of them. */
  append?(key: string, bytes: Uint8Array, options?: ReadOptions): Promise<void>;
  /** Removes an object; one that is not there is no error. */
  delete?(key: string, options?: ReadOptions): Promise<void>;
  /** Stores an object under another key too, whole or not at all; there only where no bytes are moved for it. */
  copy?(from: string, to: string, options?: ReadOptions): Promise<void>;
}

/** A store that reads and writes. */
export type Store = ReadableStore & WritableStore;
