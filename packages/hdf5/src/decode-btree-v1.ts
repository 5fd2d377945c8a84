import { MAX_RECURSION } from '@km/core';
import { type H5Context, openBlock, readAt, requireAddress } from './context.ts';
import { malformed } from './errors.ts';

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
): AsyncGenerator<BTreeEntry, void, undefined> {
  const seen = new Set<number>();
  const pending: Visit[] = [{ address: tree.address, level: undefined }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { level, entries } = await readNode(context, tree, visit);
    if (seen.size === seen.add(visit.address).size) {
      throw malformed(context, 'a B-tree runs in a circle', visit.address);
    }
    if (level === 0) yield* entries;
    else pending.push(...entries.reverse().map(({ address }) => ({ address, level: level - 1 })));
  }
}

async function readNode(
  context: H5Context,
  tree: BTreeV1,
  { address, level: expected }: Visit,
): Promise<{ level: number; entries: BTreeEntry[] }> {
  const prefix = await openBlock(context, address, 8, 'TREE');
  const type = prefix.uint8();
  const level = prefix.uint8();
  const count = prefix.uint16();
  if (type !== tree.type || level > MAX_RECURSION || level !== (expected ?? level)) {
    throw malformed(context, 'a B-tree node has the wrong type or level', address);
  }
  const reader = await readAt(context, address + 24, count * (tree.keySize + 8));
  const entries = Array.from({ length: count }, () => ({
    key: reader.take(tree.keySize),
    address: requireAddress(reader, 'child of a B-tree'),
  }));
  return { level, entries };
}
