import { ByteReader, MAX_RECURSION, type ReadOptions } from '@km/core';
import { type H5Context, malformed, openBlock, readAt, requireAddress } from './context.ts';

/** A B-tree of version 1: type 0 holds the symbol nodes of a group, type 1 the chunks of a dataset. */
export interface BTreeV1 {
  readonly address: number;
  readonly type: 0 | 1;
  /** Size of a key, in bytes. */
  readonly keySize: number;
}

/** A child of a leaf node: its address and the key before it. */
export interface BTreeEntry {
  readonly key: Uint8Array;
  readonly address: number;
}

interface Visit {
  readonly address: number;
  /** Level that the parent requires; `undefined` for the root. */
  readonly level: number | undefined;
}

/** Walks all entries of the leaves, from left to right. */
export async function* readBTreeLeaves(
  context: H5Context,
  tree: BTreeV1,
  options?: ReadOptions,
): AsyncGenerator<BTreeEntry, void, undefined> {
  const seen = new Set<number>();
  const pending: Visit[] = [{ address: tree.address, level: undefined }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (seen.has(visit.address))
      throw malformed(context, 'a B-tree runs in a circle', visit.address);
    seen.add(visit.address);
    const { level, entries } = await readNode(context, tree, visit, options);
    if (level === 0) yield* entries;
    else pending.push(...entries.reverse().map(({ address }) => ({ address, level: level - 1 })));
  }
}

async function readNode(
  context: H5Context,
  tree: BTreeV1,
  visit: Visit,
  options: ReadOptions | undefined,
): Promise<{ level: number; entries: BTreeEntry[] }> {
  const { address } = visit;
  const prefix = await openBlock(context, address, 8, 'TREE', options);
  const type = prefix.uint8();
  const level = prefix.uint8();
  const count = prefix.uint16();
  if (type !== tree.type) throw malformed(context, 'a B-tree node has the wrong type', address);
  if (level > MAX_RECURSION || (visit.level !== undefined && level !== visit.level)) {
    throw malformed(context, 'a B-tree node has the wrong level', address);
  }
  const start = address + 8 + 2 * context.offsetSize;
  const length = count * (tree.keySize + context.offsetSize);
  const reader = new ByteReader(await readAt(context, start, length, options), context.name);
  const entries = Array.from({ length: count }, () => ({
    key: reader.take(tree.keySize),
    address: requireAddress(reader, context, 'child of a B-tree'),
  }));
  return { level, entries };
}
