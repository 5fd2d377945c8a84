import {
  type ByteChunks,
  type ByteSource,
  type ReadOptions,
  readAll,
  type Tensor,
  type WriteOptions,
  zipChunks,
  zipStore,
} from '@km/core';
import { decodeNpy } from './decode-npy.ts';
import { encodeNpy } from './encode-npy.ts';

/**
 * Reads the arrays of a `.npz` archive by their names, in the order of the archive.
 * @throws MalformedError, TruncatedError, ChecksumError when it is damaged; UnsupportedError for pickled objects.
 */
export async function readNpz(
  source: ByteSource,
  options?: ReadOptions,
): Promise<Map<string, Tensor>> {
  const store = await zipStore(source, options);
  const arrays = new Map<string, Tensor>();
  for (const key of await keysInOrder(source, options)) {
    const entry = key.endsWith('.npy') ? await store.open(key, options) : undefined;
    if (entry === undefined) continue;
    arrays.set(key.slice(0, -'.npy'.length), decodeNpy(await readAll(entry, options), entry.name));
  }
  return arrays;
}

/** Makes the bytes of a `.npz` archive. */
export function npzChunks(arrays: ReadonlyMap<string, Tensor>, options?: WriteOptions): ByteChunks {
  return zipChunks(entries(arrays), options);
}

function* entries(
  arrays: ReadonlyMap<string, Tensor>,
): Generator<{ readonly key: string; readonly data: Uint8Array }> {
  for (const [name, tensor] of arrays) yield { key: `${name}.npy`, data: encodeNpy(tensor) };
}

/** A store lists its keys sorted, which puts `arr_10` before `arr_2`; the archive knows the order of the arguments. */
async function keysInOrder(source: ByteSource, options?: ReadOptions): Promise<string[]> {
  const { Reader, ZipReader } = await import('@zip.js/zip.js');
  const reader = Object.assign(new Reader(undefined), {
    size: source.byteLength,
    readUint8Array: (index: number, length: number): Promise<Uint8Array> =>
      source.read(index, Math.min(index + length, source.byteLength), { signal: options?.signal }),
  });
  const zip = new ZipReader(reader, { useWebWorkers: false });
  const names: string[] = [];
  for await (const entry of zip.getEntriesGenerator({ checkAmbiguity: false })) {
    names.push(entry.filename);
  }
  return names;
}
