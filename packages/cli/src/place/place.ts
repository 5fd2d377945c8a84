import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpStore, type ReadableStore } from '@km/core';
import { fileStore, recoverDirectory } from '@km/core/node';
import type { Filepath } from '@km/keras';

/** Where a path of the command line leads: a key of a store. */
export interface Place {
  readonly store: ReadableStore;
  readonly key: string;
  /** The path as it was given. */
  readonly shown: string;
  /** Whether it is a directory. */
  readonly isDirectory: boolean;
}

/** A place as a path, or as a key of a store. */
export type PlacePath = Exclude<Filepath, { file_id: bigint }>;

/** Finds the place of a path, a `file:` URL, or an `http:` or `https:` URL. */
export async function placeOf(path: string): Promise<Place> {
  if (/^https?:/.test(path)) return webPlace(path);
  const file = resolve(path.startsWith('file:') ? fileURLToPath(path) : path);
  await recoverDirectory(file);
  return {
    store: fileStore(dirname(file)),
    key: basename(file),
    shown: path,
    isDirectory: await isDirectory(file),
  };
}

/** The place as the facade takes it: paths are its own, what lies behind a URL is read through a store. */
export function filepathOf({ store, key, shown }: Place): PlacePath {
  return /^https?:/.test(shown) ? { store, path: key } : shown;
}

/** A URL of a directory ends in `/`, as there is no telling otherwise. */
function webPlace(path: string): Place {
  const base = new URL(path);
  const parts = base.pathname.split('/');
  const key = decodeURIComponent(parts.pop() ?? '');
  base.pathname = `${parts.join('/')}/`;
  return { store: httpStore(base), key, shown: path, isDirectory: key === '' };
}

async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
