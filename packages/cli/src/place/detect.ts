import {
  type ByteSource,
  MalformedError,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
  zipStore,
} from '@km/core';
import { hasNpySignature } from '../arrays/npy-header.ts';
import type { Place } from './place.ts';

/** What lies at a place, told by its content and never by its name. */
export type Detected =
  | { readonly kind: 'h5' | 'json' | 'npy' | 'npz'; readonly source: ByteSource }
  | ModelDirectory
  | { readonly kind: 'checkpoint'; readonly store: ReadableStore; readonly path: string };

/** Objects that together are a model: a directory, or the entries of an archive. */
export interface ModelDirectory {
  readonly kind: 'keras' | 'saved-model';
  readonly store: ReadableStore;
  /** Common prefix of the keys; `''` for the whole store. */
  readonly path: string;
  /** The archive that holds the entries. */
  readonly archive?: ByteSource;
}

const ZIP = [0x50, 0x4b];
const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const FILE_OF_CHECKPOINT = /\.(?:index|meta|data-\d{5}-of-\d{5})$/;

/** Files that make a directory a model, with the kind that they tell. */
const MARKS = [
  ['saved_model.pb', 'saved-model'],
  ['saved_model.pbtxt', 'saved-model'],
  ['model.weights.h5', 'keras'],
  ['config.json', 'keras'],
] as const;

/**
 * Finds out what lies at a place.
 * @throws NotFoundError when nothing is there; MalformedError for a file that is no model, saying what it is.
 */
export async function detect(place: Place, options?: ReadOptions): Promise<Detected> {
  const { store, key, shown } = place;
  const source = key === '' || place.isDirectory ? undefined : await store.open(key, options);
  if (source !== undefined) return detectFile(place, source, options);
  for (const [name, kind] of MARKS) {
    const found = await store.open(join(key, name), options);
    if (found !== undefined) return { kind, store, path: key };
  }
  for (const mark of [join(key, 'checkpoint'), `${key}.index`]) {
    const found = await store.open(mark, options);
    if (found !== undefined) return { kind: 'checkpoint', store, path: key };
  }
  throw new NotFoundError(
    place.isDirectory
      ? `${shown} is a directory without a model: it has no saved_model.pb, no config.json and no "checkpoint" file; name a file in it or the prefix of a checkpoint.`
      : `There is nothing at ${shown}: no file, no directory, and no ${shown}.index of a checkpoint; check the path.`,
    { source: shown },
  );
}

async function detectFile(
  place: Place,
  source: ByteSource,
  options: ReadOptions | undefined,
): Promise<Detected> {
  const { store, key } = place;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const parent = key.slice(0, Math.max(0, key.length - name.length - 1));
  if (/^saved_model\.pb(txt)?$/.test(name)) return { kind: 'saved-model', store, path: parent };
  if (FILE_OF_CHECKPOINT.test(name)) return { kind: 'checkpoint', store, path: key };
  const head = await source.read(0, Math.min(64, source.byteLength), options);
  if (startsWith(head, ZIP)) return detectArchive(source, options);
  if (startsWith(head, HDF5)) return { kind: 'h5', source };
  if (hasNpySignature(head)) return { kind: 'npy', source };
  const text = new TextDecoder('latin1').decode(head);
  if (/^\s*[{[]/.test(text)) return { kind: 'json', source };
  if (/^\s*(all_)?model_checkpoint_paths?\s*:/.test(text)) {
    return { kind: 'checkpoint', store, path: parent };
  }
  await refuseUnknown(source, options);
  return { kind: 'h5', source };
}

/** Says what a file is that is no model; one with HDF5 further on, after a user block, passes. */
async function refuseUnknown(source: ByteSource, options: ReadOptions | undefined): Promise<void> {
  const { openH5 } = await import('@km/hdf5');
  await openH5(source, options);
}

async function detectArchive(
  source: ByteSource,
  options: ReadOptions | undefined,
): Promise<Detected> {
  const store = await zipStore(source, options);
  const keys: string[] = [];
  for await (const key of store.list('', options)) keys.push(key);
  for (const [mark, kind] of MARKS) {
    const found = keys.filter((key) => key === mark || key.endsWith(`/${mark}`));
    const key = found.sort((a, b) => a.length - b.length)[0];
    if (key !== undefined) {
      return {
        kind,
        store,
        path: key.slice(0, Math.max(0, key.length - mark.length - 1)),
        archive: source,
      };
    }
  }
  if (keys.length > 0 && keys.every((key) => key.endsWith('.npy'))) return { kind: 'npz', source };
  throw new MalformedError(
    `${source.name} is a zip archive without a model: it has no config.json, no saved_model.pb and is no .npz; unpack it and name what is in it.`,
    { source: source.name },
  );
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** Joins a folder and a name; the folder `''` is the whole store. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
