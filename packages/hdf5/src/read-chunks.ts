import { ByteReader, checkedMultiply, elementCount, type ReadOptions, type Shape } from '@km/core';
import { type H5Context, readAt } from './context.ts';
import { readBTreeLeaves } from './decode-btree-v1.ts';
import { type Filter, undoFilters } from './decode-filters.ts';
import { malformed } from './errors.ts';

/** A dataset cut into chunks of one shape. */
export interface Chunked {
  readonly shape: Shape;
  readonly chunk: Shape;
  readonly elementSize: number;
  readonly filters: readonly Filter[];
}

/** Reads the chunks that a B-tree lists into `out` and returns how many elements of the dataset they cover. */
export async function readChunks(
  context: H5Context,
  dataset: Chunked,
  index: number,
  out: Uint8Array,
  options?: ReadOptions,
): Promise<number> {
  const { shape, chunk, elementSize, filters } = dataset;
  const size = checkedMultiply(elementCount(chunk), elementSize);
  if (chunk.length !== shape.length || size === 0) {
    throw malformed(context, 'chunks have the wrong rank');
  }
  const seen = new Set<string>();
  const keySize = 8 + 8 * (chunk.length + 1);
  let covered = 0;
  const tree = { address: index, type: 1, keySize } as const;
  for await (const entry of readBTreeLeaves(context, tree)) {
    options?.signal?.throwIfAborted();
    const key = new ByteReader(entry.key, context.name);
    const length = key.uint32();
    const mask = key.uint32();
    const start = chunk.map(() => key.uint64());
    const inside = start.every((at, i) => at % (chunk[i] ?? 1) === 0 && at < (shape[i] ?? 0));
    if (!inside || seen.has(start.join())) {
      throw malformed(context, 'a chunk is out of place', entry.address);
    }
    seen.add(start.join());
    const stored = (await readAt(context, entry.address, length)).bytes;
    const bytes = await undoFilters(context, filters, mask, stored, size);
    covered += copyChunk(dataset, start, bytes, out);
  }
  return covered;
}

/** Copies the part of a chunk that lies inside the dataset and counts its elements. */
function copyChunk(
  dataset: Chunked,
  start: readonly number[],
  bytes: Uint8Array,
  out: Uint8Array,
): number {
  const { shape, chunk, elementSize } = dataset;
  const last = shape.length - 1;
  const copy = (axis: number, from: number, to: number): number => {
    const extent = Math.min(chunk[axis] ?? 0, (shape[axis] ?? 0) - (start[axis] ?? 0));
    const first = to * (shape[axis] ?? 0) + (start[axis] ?? 0);
    const base = from * (chunk[axis] ?? 0);
    if (axis === last) {
      const source = bytes.subarray(base * elementSize, (base + extent) * elementSize);
      out.set(source, first * elementSize);
      return extent;
    }
    let count = 0;
    for (let i = 0; i < extent; i++) count += copy(axis + 1, base + i, first + i);
    return count;
  };
  return copy(0, 0, 0);
}
