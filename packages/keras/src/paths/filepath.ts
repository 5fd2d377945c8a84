import type { ReadableStore, WritableStore } from '@km/core';

/** Objects of a store that make up a model: `path` is the key of a file or the common prefix of a directory. */
export interface StorePath {
  /** Where the model lies or goes. */
  readonly store: ReadableStore | WritableStore;
  /** Key of a file, or folder of a directory; `''` is the whole store. */
  readonly path: string;
}

/** What of an open h5wasm `File` is used. */
export interface OpenH5File {
  readonly filename: string;
  readonly file_id: bigint;
  get(name: string): unknown;
}

/** Where a model lies or goes: a path (a URL outside of Node), a `file:` URL, an open h5wasm `File`, or a place in a store. */
export type Filepath = string | URL | StorePath | OpenH5File;

/** True for an open h5wasm `File`. */
export function isOpenH5File(value: unknown): value is OpenH5File {
  return typeof value === 'object' && value !== null && 'file_id' in value && 'get' in value;
}

/** True for a place in a store. */
export function isStorePath(value: unknown): value is StorePath {
  return typeof value === 'object' && value !== null && 'store' in value && 'path' in value;
}
