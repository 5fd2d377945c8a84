import { type ByteReader, MAX_RECURSION, type ReadOptions } from '@km/core';
import {
  type H5Context,
  malformed,
  openBlock,
  readAddress,
  readLength,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';

interface Tree {
  readonly type: number;
  readonly nodeSize: number;
  readonly recordSize: number;
  /** By level: width of the total record count in a pointer to a node of that level. */
  readonly totalWidth: readonly number[];
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
  options?: ReadOptions,
): Promise<Uint8Array[]> {
  const length = 22 + context.offsetSize + context.lengthSize;
  const reader = await openBlock(context, address, length, 'BTHD', options);
  verifyChecksum(context, reader.bytes, 'B-tree', address);
  reader.skip(1);
  if (reader.uint8() !== type) throw malformed(context, 'a B-tree has the wrong type', address);
  const nodeSize = reader.uint32();
  const recordSize = reader.uint16();
  const level = reader.uint16();
  reader.skip(2);
  const root = readAddress(reader, context);
  const count = reader.uint16();
  const total = readLength(reader, context);
  if (root === undefined) return [];
  if (recordSize === 0 || level > MAX_RECURSION || nodeSize < 10 + recordSize) {
    throw malformed(context, 'a B-tree has impossible sizes', address);
  }
  const tree = planTree(context, type, nodeSize, recordSize, level);
  const records: Uint8Array[] = [];
  await readNode(
    context,
    tree,
    { address: root, count, level },
    { records, limit: total },
    options,
  );
  if (records.length !== total) throw malformed(context, 'a B-tree lacks records', address);
  return records;
}

/** Bytes that hold counts up to `limit`. */
function widthOf(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}

function planTree(
  context: H5Context,
  type: number,
  nodeSize: number,
  recordSize: number,
  depth: number,
): Tree {
  const inLeaf = Math.floor((nodeSize - 10) / recordSize);
  const countWidth = widthOf(inLeaf);
  const totalWidth = [0];
  let total = inLeaf;
  for (let level = 1; level <= depth; level++) {
    const pointer = context.offsetSize + countWidth + (totalWidth[level - 1] ?? 0);
    const inNode = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    total = Math.min((inNode + 1) * total + inNode, Number.MAX_SAFE_INTEGER);
    totalWidth.push(widthOf(total));
  }
  return { type, nodeSize, recordSize, totalWidth, countWidth };
}

async function readNode(
  context: H5Context,
  tree: Tree,
  node: Node,
  out: { readonly records: Uint8Array[]; readonly limit: number },
  options: ReadOptions | undefined,
): Promise<void> {
  const { level, count } = node;
  const pointerSize = context.offsetSize + tree.countWidth + (tree.totalWidth[level - 1] ?? 0);
  const length = 10 + count * tree.recordSize + (level > 0 ? (count + 1) * pointerSize : 0);
  if (length > tree.nodeSize || out.records.length + count > out.limit) {
    throw malformed(context, 'a B-tree node has too many records', node.address);
  }
  const signature = level > 0 ? 'BTIN' : 'BTLF';
  const reader = await openBlock(context, node.address, length, signature, options);
  verifyChecksum(context, reader.bytes, 'B-tree node', node.address);
  reader.skip(2);
  const own = Array.from({ length: count }, () => reader.take(tree.recordSize));
  if (level === 0) {
    out.records.push(...own);
    return;
  }
  const children = readPointers(context, tree, node, reader);
  for (const [i, child] of children.entries()) {
    await readNode(context, tree, child, out, options);
    const record = own[i];
    if (record !== undefined) out.records.push(record);
  }
}

function readPointers(context: H5Context, tree: Tree, node: Node, reader: ByteReader): Node[] {
  const level = node.level - 1;
  return Array.from({ length: node.count + 1 }, () => {
    const address = requireAddress(reader, context, 'child of a B-tree');
    const count = readUint(reader, tree.countWidth);
    reader.skip(tree.totalWidth[level] ?? 0);
    return { address, count, level };
  });
}
