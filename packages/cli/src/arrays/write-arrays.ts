import { basename, dirname, extname, resolve } from 'node:path';
import type { ByteChunks, Tensor, WriteOptions } from '@km/core';
import { fileStore } from '@km/core/node';
import { printJson } from '../text/print-json.ts';
import { UsageError } from '../usage-error.ts';
import { encodeNpy } from './encode-npy.ts';
import { npzChunks } from './npz.ts';
import { tensorToJson } from './tensor-to-json.ts';

const FORMATS = new Set(['.npz', '.npy', '.json']);

/** @throws UsageError unless arrays can be written to a path of this name. */
export function checkArrayPath(path: string): void {
  if (FORMATS.has(extname(path))) return;
  throw new UsageError(
    `cannot tell the format of ${path}: give the output a name that ends in .npz, .npy or .json`,
  );
}

/**
 * Writes arrays under their names to a `.npz`, `.npy` or `.json` file, whole or not at all.
 * @throws UsageError for another suffix, or several arrays for one `.npy`.
 */
export async function writeArrays(
  path: string,
  arrays: ReadonlyMap<string, Tensor>,
  options: WriteOptions,
): Promise<void> {
  checkArrayPath(path);
  const file = resolve(path);
  await fileStore(dirname(file)).write(basename(file), chunksOf(path, arrays, options), {
    signal: options.signal,
  });
}

function chunksOf(
  path: string,
  arrays: ReadonlyMap<string, Tensor>,
  options: WriteOptions,
): ByteChunks {
  switch (extname(path)) {
    case '.npz':
      return npzChunks(arrays, { signal: options.signal });
    case '.npy': {
      const [first, ...more] = arrays.values();
      if (first !== undefined && more.length === 0) return [encodeNpy(first)];
      throw new UsageError(`a .npy file holds one array, here are ${arrays.size}: use .npz`);
    }
    default:
      return [new TextEncoder().encode(`${printJson(arraysToJson(arrays))}\n`)];
  }
}

/** Nested lists of arrays, by name. */
export function arraysToJson(
  arrays: ReadonlyMap<string, Tensor>,
): Record<string, ReturnType<typeof tensorToJson>> {
  return Object.fromEntries(Array.from(arrays, ([name, tensor]) => [name, tensorToJson(tensor)]));
}
