import {
  isKmError,
  isSafeKey,
  LimitError,
  type ReadableStore,
  type ReadOptions,
  readAll,
  type WritableStore,
} from '@km/core';
import { indexKey, joinKey, STATE_FILE } from './file-names.ts';
import { MAX_STATE_BYTES } from './limits.ts';
import { parseState } from './parse-state.ts';
import { printState } from './print-state.ts';
import type { CheckpointState } from './state.ts';

/** A directory of checkpoints; the path `''` is the store itself. */
export interface CheckpointDirectory<Store = ReadableStore> {
  readonly store: Store;
  readonly path: string;
}

/** Reads the state file of a directory; `undefined` when there is none or it does not parse. */
export async function readState(
  { store, path }: CheckpointDirectory,
  options?: ReadOptions,
): Promise<CheckpointState | undefined> {
  const source = await store.open(joinKey(path, STATE_FILE), options);
  if (source === undefined) return undefined;
  if (source.byteLength > MAX_STATE_BYTES)
    throw new LimitError(
      `${source.name} has more than the ${MAX_STATE_BYTES} bytes of a state file.`,
      { source: source.name },
    );
  try {
    return parseState(new TextDecoder().decode(await readAll(source, options)));
  } catch (error) {
    if (isKmError(error, 'KM_MALFORMED')) return undefined;
    throw error;
  }
}

/** Writes the state file of a directory. */
export async function writeState(
  { store, path }: CheckpointDirectory<WritableStore>,
  state: CheckpointState,
  options?: ReadOptions,
): Promise<void> {
  const bytes = new TextEncoder().encode(printState(state));
  await store.write(joinKey(path, STATE_FILE), [bytes], { ...options, byteLength: bytes.length });
}

/**
 * Finds the newest checkpoint of a directory, as `tf.train.latest_checkpoint` does: the one that the state file names,
 * if its index exists. The directory is never scanned. An absolute path is looked for under its last part, since the
 * directory may have been moved. The result is a prefix of keys in the store.
 */
export async function latestCheckpoint(
  directory: CheckpointDirectory,
  options?: ReadOptions,
): Promise<string | undefined> {
  const state = await readState(directory, options);
  const prefix = state && prefixOfState(directory.path, state.latest);
  if (prefix === undefined) return undefined;
  const index = await directory.store.open(indexKey(prefix), options);
  return index === undefined ? undefined : prefix;
}

/** Key prefix of a path in a state file; `undefined` when it leads out of the store. */
export function prefixOfState(directory: string, path: string): string | undefined {
  const absolute = /^(?:\/|[A-Za-z][A-Za-z\d+.-]*:)/.test(path);
  const relative = absolute
    ? path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
    : path;
  const prefix = joinKey(directory, relative.replace(/^(?:\.\/)+/, ''));
  return isSafeKey(prefix) ? prefix : undefined;
}
