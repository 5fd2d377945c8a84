import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReadOptions } from '@km/core';
import { type FileStore, fileStore } from '@km/core/node';
import * as neutral from './index.ts';

export {
  type BundleHeader,
  type Checkpoint,
  type CheckpointDirectory,
  type CheckpointFormat,
  type CheckpointLocation,
  CheckpointManager,
  type CheckpointManagerOptions,
  type CheckpointState,
  type CheckpointStore,
  type CheckpointTarget,
  checkpointFormat,
  crc32c,
  decodeObjectGraph,
  directoryOf,
  encodeObjectGraph,
  escapeEdge,
  indexKey,
  joinKey,
  layoutObjects,
  maskCrc,
  type NamedTensor,
  OBJECT_GRAPH_KEY,
  type ObjectAttribute,
  type ObjectEdge,
  type ObjectGraph,
  type ObjectLayout,
  type ObjectNode,
  type ObjectSlot,
  type ObjectValue,
  type ObjectView,
  type OpaqueTensor,
  type PlacedValue,
  parseState,
  printState,
  type ReadCheckpointOptions,
  readState,
  STATE_FILE,
  shardKey,
  valueKey,
  type WriteCheckpointOptions,
  writeState,
} from './index.ts';

/** A path or a `file:` URL. */
export type FilePath = string | URL;

/** Opens a checkpoint from a path, as the platform-neutral function does from a store. */
export async function readCheckpoint(
  location: FilePath | neutral.CheckpointLocation,
  options?: neutral.ReadCheckpointOptions,
): Promise<neutral.Checkpoint> {
  return neutral.readCheckpoint(located(location), options);
}

/** Writes a checkpoint to a path, as the platform-neutral function does to a store. */
export async function writeCheckpoint(
  target: FilePath | neutral.CheckpointTarget,
  tensors: Iterable<neutral.NamedTensor>,
  options?: neutral.WriteCheckpointOptions,
): Promise<void> {
  return neutral.writeCheckpoint(located(target), tensors, options);
}

/**
 * Finds the newest checkpoint of a directory, as the platform-neutral function does; the result is a path for a path,
 * and a prefix of keys for a store.
 */
export async function latestCheckpoint(
  directory: FilePath | neutral.CheckpointDirectory,
  options?: ReadOptions,
): Promise<string | undefined> {
  if (!isPath(directory)) return neutral.latestCheckpoint(directory, options);
  const root = pathOf(directory);
  const prefix = await neutral.latestCheckpoint({ store: fileStore(root), path: '' }, options);
  return prefix && join(root, prefix);
}

/** The folder of a path as a store, and the path in it. */
function located<Location extends object>(
  location: FilePath | Location,
): Location | { store: FileStore; path: string } {
  if (!isPath(location)) return location;
  const path = resolve(pathOf(location));
  return { store: fileStore(dirname(path)), path: basename(path) };
}

function isPath(location: FilePath | object): location is FilePath {
  return typeof location === 'string' || location instanceof URL;
}

function pathOf(path: FilePath): string {
  return typeof path === 'string' ? path : fileURLToPath(path);
}
