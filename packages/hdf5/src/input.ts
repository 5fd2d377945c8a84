import {
  type ByteSource,
  memorySource,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
} from '@km/core';
import { type H5WasmFile, isH5WasmFile } from './h5wasm-file.ts';

/** Where an HDF5 file is read from: a source, its bytes, an open h5wasm `File`, or an object of a store. */
export type H5Input =
  | ByteSource
  | Uint8Array
  | ArrayBuffer
  | H5WasmFile
  | { readonly store: ReadableStore; readonly path: string };

/**
 * Makes a source of an input.
 * @throws NotFoundError when a store has no such object; TypeError for anything that is no input.
 */
export async function openInput(input: H5Input, options?: ReadOptions): Promise<ByteSource> {
  if (input instanceof Uint8Array) return memorySource(input);
  if (input instanceof ArrayBuffer) return memorySource(new Uint8Array(input));
  if (isH5WasmFile(input)) {
    const { h5wasmSource } = await import('./h5wasm-source.ts');
    return h5wasmSource(input);
  }
  if ('store' in input) {
    const source = await input.store.open(input.path, options);
    if (source !== undefined) return source;
    throw new NotFoundError(`There is no ${input.path} in the store; check the path.`, {
      source: input.path,
    });
  }
  if ('read' in input && 'byteLength' in input) return input;
  throw new TypeError('Expected a ByteSource, bytes, an open h5wasm File, or { store, path }.');
}
