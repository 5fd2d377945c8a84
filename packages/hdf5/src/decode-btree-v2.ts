import { type ByteReader, MAX_RECURSION } from '@km/core';
import {
  type H5Context,
  openBlock,
  readAddress,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { malformed } from './errors.ts';

interface Tree {
  readonly nodeSize: number;
  readonly recordSize: number;
  /** By level: width of the total record count in a pointer to a node of that level. */
  readonly totalWidths: readonly number[];
  /** Width of the record count of any node. */
  readonly countWidth: number;
}

interface Node {
  readonly address: number;
  readonly count: number;
  readonly level: number;
}

/** Reads all records of a B-tree of version 2, from left to right. */
export async function readBTreeV2(
  context: H5Context,
  address: number,
  type: number,
): Promise<Uint8Array[]> {
  const reader = await openBlock(context, address, 38, 'BTHD');
  verifyChecksum(reader, 'B-tree', address);
  reader.skip(1);
  const found = reader.uint8();
  const nodeSize = reader.uint32();
  const recordSize = reader.uint16();
  const level = reader.uint16();
  reader.skip(2);
  const root = readAddress(reader);
  const count = reader.uint16();
  const limit = reader.uint64();
  if (root === undefined) return [];
  const possible = recordSize > 0 && level <= MAX_RECURSION && nodeSize >= 10 + recordSize;
  if (found !== type || !possible) throw malformed(context, 'a B-tree is impossible', address);
  const records: Uint8Array[] = [];
  const tree = planTree(nodeSize, recordSize, level);
  await readNode(context, tree, { address: root, count, level }, { records, limit });
  if (records.length !== limit) throw malformed(context, 'a B-tree lacks records', address);
  return records;
}

/** Bytes that hold counts up to `limit`. */
function widthOf(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}

function planTree(nodeSize: number, recordSize: number, depth: number): Tree {
  let total = Math.floor((nodeSize - 10) / recordSize);
  const countWidth = widthOf(total);
  const totalWidths = [0];
  for (let level = 1; level <= depth; level++) {
    const pointer = 8 + countWidth + (totalWidths[level - 1] ?? 0);
    const inNode = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    total = Math.min((inNode + 1) * total + inNode, Number.MAX_SAFE_INTEGER);
    totalWidths.push(widthOf(total));
  }
  return { nodeSize, recordSize, totalWidths, countWidth };
}

async function readNode(
  context: H5Context,
  tree: Tree,
  { address, level, count }: Node,
  out: { readonly records: Uint8Array[]; readonly limit: number },
): Promise<void> {
  const pointerSize = 8 + tree.countWidth + (tree.totalWidths[level - 1] ?? 0);
  const length = 10 + count * tree.recordSize + (level > 0 ? (count + 1) * pointerSize : 0);
  if (length > tree.nodeSize || out.records.length + count > out.limit) {
    throw malformed(context, 'a B-tree node has too many records', address);
  }
  const reader = await openBlock(context, address, length, level > 0 ? 'BTIN' : 'BTLF');
  verifyChecksum(reader, 'B-tree node', address);
  reader.skip(2);
  const own = Array.from({ length: count }, () => reader.take(tree.recordSize));
  const children = level > 0 ? readPointers(tree, reader, count + 1, level - 1) : [];
  for (let i = 0; i <= count; i++) {
    const child = children[i];
    if (child !== undefined) await readNode(context, tree, child, out);
    const record = own[i];
    if (record !== undefined) out.records.push(record);
  }
}

function readPointers(tree: Tree, reader: ByteReader, length: number, level: number): Node[] {
  return Array.from({ length }, () => {
    const address = requireAddress(reader, 'child of a B-tree');
    const count = readUint(reader, tree.countWidth);
    reader.skip(tree.totalWidths[level] ?? 0);
    return { address, count, level };
  });
}
