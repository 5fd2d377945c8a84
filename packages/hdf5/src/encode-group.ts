import { align8, padded, u16, u32, u64 } from './encode-types.ts';

/** Half of the entries of a symbol node, and of the children of a B-tree node, as the superblock gives them. */
export const LEAF_K = 4;
export const INTERNAL_K = 16;

/** Size of an entry of a symbol node: offset of the name, address, and a cache that stays empty. */
const ENTRY_BYTES = 40;

/** A link to write. */
export interface OutLink {
  readonly name: Uint8Array;
  /** Address of the object header. */
  readonly address: number;
}

/** Appends a block to the file and returns its address. */
export type Append = (bytes: Uint8Array) => number;

/** A node of a B-tree: its address and the heap offset of the last name below it. */
interface Child {
  readonly address: number;
  readonly last: number;
}

/** Writes the names and the B-tree of a group of the older kind. */
export function encodeGroup(
  links: readonly OutLink[],
  append: Append,
): { readonly tree: number; readonly heap: number } {
  const sorted = [...links].sort((a, b) => compareNames(a.name, b.name));
  const { bytes, offsets } = encodeNames(sorted);
  const data = append(bytes);
  // No free list: 1 stands for its end.
  const heap = append(
    new Uint8Array([0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0, ...[bytes.length, 1, data].flatMap(u64)]),
  );
  const entries = sorted.map(({ address }, i) => ({ address, offset: offsets[i] ?? 0 }));
  let level = parts(entries, 2 * LEAF_K).map((part): Child => {
    const node = new Uint8Array(8 + 2 * LEAF_K * ENTRY_BYTES);
    node.set([0x53, 0x4e, 0x4f, 0x44, 1, 0, ...u16(part.length)]);
    for (const [i, { offset, address }] of part.entries()) {
      node.set(u64(offset).concat(u64(address)), 8 + i * ENTRY_BYTES);
    }
    return { address: append(node), last: part.at(-1)?.offset ?? 0 };
  });
  for (let height = 0; ; height++) {
    const nodes = parts(level, 2 * INTERNAL_K);
    level = encodeLevel(nodes.length === 0 ? [[]] : nodes, height, append);
    const [root] = level;
    if (root !== undefined && level.length === 1) return { tree: root.address, heap };
  }
}

function compareNames(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at < 0) return a.length - b.length;
  return (a[at] ?? 0) - (b[at] ?? -1);
}

/** Lays out names one after another; offset 0 is the empty name that precedes all. */
function encodeNames(links: readonly OutLink[]): {
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
} {
  const offsets: number[] = [];
  let length = 8;
  for (const { name } of links) {
    offsets.push(length);
    length += align8(name.length + 1);
  }
  const bytes = new Uint8Array(length);
  for (const [i, { name }] of links.entries()) bytes.set(name, offsets[i]);
  return { bytes, offsets };
}

/** Cuts a list into the fewest near-equal parts of at most `size` items. */
function parts<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) =>
    items.slice(Math.ceil((i * items.length) / count), Math.ceil(((i + 1) * items.length) / count)),
  );
}

/** Writes the nodes of one level of a B-tree, which know their neighbours. */
function encodeLevel(
  nodes: readonly (readonly Child[])[],
  height: number,
  append: Append,
): Child[] {
  const size = 24 + (2 * INTERNAL_K + 1) * 8 + 2 * INTERNAL_K * 8;
  const first = append(new Uint8Array(0));
  return nodes.map((children, i) => {
    const left = i > 0 ? u64(first + (i - 1) * size) : new Array<number>(8).fill(0xff);
    const right =
      i < nodes.length - 1 ? u64(first + (i + 1) * size) : new Array<number>(8).fill(0xff);
    // The first key of a node is the last name of the node before it.
    const before = nodes[i - 1]?.at(-1)?.last ?? 0;
    const keys = children.flatMap(({ address, last }) => [...u64(address), ...u64(last)]);
    const node = new Uint8Array(size);
    const prefix = [0x54, 0x52, 0x45, 0x45, 0, height, ...u16(children.length)];
    node.set([...prefix, ...left, ...right, ...u64(before), ...keys]);
    return { address: append(padded(node)), last: children.at(-1)?.last ?? 0 };
  });
}

/** Encodes the superblock of version 0. */
export function encodeSuperblock(
  root: number,
  tree: number,
  heap: number,
  end: number,
): Uint8Array {
  const none = new Array<number>(8).fill(0xff);
  return new Uint8Array([
    ...[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0],
    ...[...u16(LEAF_K), ...u16(INTERNAL_K), ...u32(0)],
    ...[...u64(0), ...none, ...u64(end), ...none],
    ...[...u64(0), ...u64(root), ...u32(1), ...u32(0), ...u64(tree), ...u64(heap)],
  ]);
}
