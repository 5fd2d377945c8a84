import { checkKey, type LazyTensor, progressOf, type ReadOptions, type Tensor } from '@km/core';
import { encodeIndex } from './encode-index.ts';
import { encodeObjectGraph } from './encode-object-graph.ts';
import { indexKey, shardKey } from './file-names.ts';
import type { BundleEntry } from './index-entry.ts';
import { MAX_SHARDS } from './limits.ts';
import { OBJECT_GRAPH_KEY, type ObjectGraph } from './object-graph.ts';
import { type CheckpointStore, freeShardCount, removeShards } from './shard-files.ts';
import { type NamedTensor, shardChunks } from './write-shard.ts';

/** Where a checkpoint is written: the prefix of the keys of its files. */
export interface CheckpointTarget {
  readonly store: CheckpointStore;
  readonly path: string;
}

/** How a checkpoint is written. */
export interface WriteCheckpointOptions extends ReadOptions {
  /** Objects that the tensors belong to; without them the checkpoint has names only. */
  readonly objectGraph?: ObjectGraph | undefined;
  /** Number of data files, 1 unless set; the tensors are dealt out in order, in parts of about equal size. */
  readonly shards?: number | undefined;
}

/**
 * Writes a checkpoint with one tensor in memory at a time; the values lie in the data file in the order given.
 * The index, which makes the checkpoint exist, is written last. Over an older checkpoint of the same name the data
 * files get another count in their names first (`-of-00002` for `-of-00001`), so that one of the two is whole at any
 * moment; in a store that can `copy` they get their usual names after that.
 * @throws RangeError when a name is empty or occurs twice; what the tensors and the store throw.
 */
export async function writeCheckpoint(
  target: CheckpointTarget,
  tensors: Iterable<NamedTensor>,
  options: WriteCheckpointOptions = {},
): Promise<void> {
  const { store, path } = target;
  const prefix = checkKey(path);
  const { signal, objectGraph } = options;
  const parts = deal(listed(tensors, objectGraph), options.shards ?? 1);
  const shards = await freeShardCount(store, prefix, parts.length, { signal });
  const entries = new Map<string, BundleEntry>();
  const advance = progressOf(options, `writing ${prefix}`, sizeOf(parts.flat()));
  for (let shard = 0; shard < shards; shard++) {
    const part = parts[shard] ?? [];
    const byteLength = sizeOf(part);
    const chunks = counted(shardChunks(part, shard, entries, { signal }), advance);
    await store.write(shardKey(prefix, shard, shards), chunks, { signal, byteLength });
  }
  await writeIndex(target, shards, entries, signal);
  const kept = await takeUsualNames(target, shards, parts.length, entries, signal);
  await removeShards(store, prefix, kept, { signal });
}

/** Gives data files that had to avoid those of an older checkpoint their usual names, if the store can. */
async function takeUsualNames(
  target: CheckpointTarget,
  shards: number,
  usual: number,
  entries: ReadonlyMap<string, BundleEntry>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { store, path: prefix } = target;
  if (shards === usual || store.copy === undefined) return shards;
  for (let shard = 0; shard < usual; shard++) {
    const [from, to] = [shards, usual].map((count) => shardKey(prefix, shard, count));
    if (from !== undefined && to !== undefined) await store.copy(from, to, { signal });
  }
  await writeIndex(target, usual, entries, signal);
  return usual;
}

async function writeIndex(
  { store, path }: CheckpointTarget,
  shards: number,
  entries: ReadonlyMap<string, BundleEntry>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const index = encodeIndex(shards, entries);
  await store.write(indexKey(path), [index], { signal, byteLength: index.length });
}

function listed(tensors: Iterable<NamedTensor>, graph: ObjectGraph | undefined): NamedTensor[] {
  const list = [...tensors];
  if (graph !== undefined) {
    const data = [encodeObjectGraph(graph)];
    list.push([OBJECT_GRAPH_KEY, { dtype: 'string', shape: [], data }]);
  }
  const names = new Set<string>();
  for (const [name] of list) {
    if (name === '' || name.startsWith('\0'))
      throw new RangeError(`${JSON.stringify(name)} cannot be the name of a tensor.`);
    if (names.has(name)) throw new RangeError(`The tensor ${JSON.stringify(name)} is given twice.`);
    names.add(name);
  }
  return list;
}

/** Size of a tensor in the data file, in bytes; that of strings in memory is only close to it. */
function approximateSize(tensor: Tensor | LazyTensor): number {
  if ('read' in tensor) return tensor.byteLength;
  if (tensor.dtype !== 'string') return tensor.data.byteLength;
  return tensor.data.reduce((sum, { length }) => sum + length, 0);
}

/** Exact size of a part; `undefined` when it has strings, whose size is known once they are encoded. */
function sizeOf(part: readonly NamedTensor[]): number | undefined {
  if (part.some(([, { dtype }]) => dtype === 'string')) return undefined;
  return part.reduce((sum, [, tensor]) => sum + approximateSize(tensor), 0);
}

function deal(tensors: readonly NamedTensor[], shards: number): NamedTensor[][] {
  if (!Number.isInteger(shards) || shards < 1 || shards > MAX_SHARDS)
    throw new RangeError(`${shards} is no number of data files.`);
  const parts: NamedTensor[][] = Array.from({ length: shards }, () => []);
  const total = tensors.reduce((sum, [, tensor]) => sum + approximateSize(tensor), 0);
  let done = 0;
  for (const named of tensors) {
    const shard = total === 0 ? 0 : Math.min(shards - 1, Math.floor((done / total) * shards));
    parts[shard]?.push(named);
    done += approximateSize(named[1]);
  }
  return parts;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  advance: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    yield chunk;
    advance(chunk.length);
  }
}
