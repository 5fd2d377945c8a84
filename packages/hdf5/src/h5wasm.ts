import { MissingBackendError } from '@km/core';
import type { H5WasmFile } from './h5wasm-file.ts';

/** The part of an h5wasm group that is used. */
export interface H5WasmGroup {
  create_group(name: string): H5WasmGroup;
  create_attribute(name: string, data: unknown, shape?: number[], dtype?: string): void;
  create_dataset(options: {
    name: string;
    data: unknown;
    shape?: number[];
    dtype?: string;
  }): unknown;
}

/** The part of an h5wasm module that is used. */
export interface H5WasmModule {
  readonly HEAPU8: Uint8Array;
  readonly FS: {
    open(path: string, flags: string): object;
    close(stream: object): void;
    read(stream: object, out: Uint8Array, offset: number, length: number, position: number): number;
    stat(path: string): { readonly size: number };
    writeFile(path: string, data: Uint8Array): void;
    unlink(path: string): void;
  };
  _malloc(size: number): number;
  _free(pointer: number): void;
  activate_throwing_error_handler(): number;
  get_dataset_metadata(
    file: bigint,
    path: string,
  ): { readonly size: number; readonly total_size: number };
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    strides: bigint[] | null,
    pointer: bigint,
  ): number;
}

/** A loaded copy of h5wasm. */
export interface H5Wasm {
  readonly module: H5WasmModule;
  readonly File: new (path: string, mode: string) => H5WasmFile;
}

interface Exports {
  readonly ready: Promise<unknown>;
  readonly File: unknown;
}

const COPIES = {
  /** Files of the local disk under Node, files in memory elsewhere. */
  platform: (): Promise<Exports> => import('#h5wasm'),
  /** Files in memory everywhere. */
  memory: (): Promise<Exports> => import('h5wasm'),
} as const;

/**
 * Loads h5wasm and makes it throw on errors of the HDF5 library, which it otherwise passes over with wrong values.
 * @throws MissingBackendError when it is not installed.
 */
export async function loadH5wasm(copy: keyof typeof COPIES): Promise<H5Wasm> {
  const exports = await COPIES[copy]().catch((cause: unknown) => {
    throw new MissingBackendError(
      'This needs the package h5wasm, which is not installed or cannot be loaded; run `npm install h5wasm`.',
      { cause },
    );
  });
  const module = (await exports.ready) as H5WasmModule;
  module.activate_throwing_error_handler();
  return { module, File: exports.File as H5Wasm['File'] };
}

/**
 * Finds the copy of h5wasm that opened a file.
 * @throws TypeError when no copy did that this package can load; MissingBackendError when there is none.
 */
export async function h5wasmOf(file: H5WasmFile): Promise<H5Wasm> {
  for (const copy of ['platform', 'memory'] as const) {
    const found = await loadH5wasm(copy);
    if (file instanceof found.File) return found;
  }
  throw new TypeError(
    `The h5wasm File ${file.filename} was opened by another copy of h5wasm than the one installed beside this package; pass its bytes, or remove the copy.`,
  );
}
