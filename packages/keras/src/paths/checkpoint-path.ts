import type { Store } from '@km/core';
import { isStorePath, type StorePath } from './filepath.ts';
import { placeOf, readOnly } from './platform.ts';

/** Where a checkpoint or a directory of checkpoints lies: a path, a `file:` URL, or a place in a store. */
export type CheckpointPath = string | URL | StorePath;

/** The path with a text added at its end, of the same kind. */
export function withSuffix<Path extends CheckpointPath>(path: Path, suffix: string): Path {
  return rebuilt(path, (text) => text + suffix);
}

/** The path of a name in a directory, of the same kind. */
export function inDirectory<Path extends CheckpointPath>(path: Path, name: string): Path {
  return rebuilt(path, (text) => (text === '' || text.endsWith('/') ? text : `${text}/`) + name);
}

function rebuilt<Path extends CheckpointPath>(path: Path, change: (text: string) => string): Path {
  const given: CheckpointPath = path;
  if (typeof given === 'string') return change(given) as Path;
  if (isStorePath(given)) return { ...given, path: change(given.path) } as unknown as Path;
  const url = new URL(given);
  url.pathname = change(url.pathname);
  return url as unknown as Path;
}

/** A place in a store that reads and writes. */
export interface WritablePlace {
  readonly store: Store;
  readonly path: string;
}

/**
 * Finds the place of a path to write to.
 * @throws UnsupportedError for a store that cannot be written.
 */
export function writablePlace(path: CheckpointPath): WritablePlace {
  const place = placeOf(path);
  const { store, shown } = place;
  if (store.write === undefined) throw readOnly(shown);
  return { store: store as Store, path: place.path };
}
