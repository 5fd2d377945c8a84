import type { ReadableStore, ReadOptions, WritableStore } from '@km/core';
import { indexKey, shardKey } from './file-names.ts';

/** A store that a checkpoint is written to; from one that can be read too, data files that were replaced are removed. */
export type CheckpointStore = WritableStore & Partial<ReadableStore>;

const DATA_FILE = /\.data-\d{5}-of-(\d{5})$/;

/**
 * Finds a number of data files, at least `wanted`, of which none exists yet: what is written then does not touch the
 * checkpoint that is there. Without an index there is none, and its leftovers may be written over.
 */
export async function freeShardCount(
  store: CheckpointStore,
  prefix: string,
  wanted: number,
  options: ReadOptions,
): Promise<number> {
  if ((await store.open?.(indexKey(prefix), options)) === undefined) return wanted;
  for (let shards = wanted; ; shards++) {
    if (!(await anyShard(store, prefix, shards, options))) return shards;
  }
}

async function anyShard(
  store: CheckpointStore,
  prefix: string,
  shards: number,
  options: ReadOptions,
): Promise<boolean> {
  for (let shard = 0; shard < shards; shard++) {
    if ((await store.open?.(shardKey(prefix, shard, shards), options)) !== undefined) return true;
  }
  return false;
}

/** Removes the data files of a prefix, except those of `kept` files; in a store that cannot list, nothing. */
export async function removeShards(
  store: CheckpointStore,
  prefix: string,
  kept: number | undefined,
  options: ReadOptions,
): Promise<void> {
  const keys: string[] = [];
  for await (const key of store.list?.(`${prefix}.data-`, options) ?? []) {
    const [suffix, count] = DATA_FILE.exec(key) ?? [];
    if (suffix !== undefined && key === prefix + suffix && Number(count) !== kept) keys.push(key);
  }
  for (const key of keys) await store.delete?.(key, options);
}
