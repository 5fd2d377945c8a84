import type { H5Context } from './context.ts';
import { readBTreeV2 } from './decode-btree-v2.ts';
import { openHeap } from './decode-fractal-heap.ts';

/** B-tree types of the indexes by name, and where their records have the heap's identifier. */
const INDEXES = {
  links: { type: 5, idOffset: 4 },
  attributes: { type: 8, idOffset: 0 },
} as const;

/** Reads the messages of the many links or attributes that are kept outside of an object header. */
export async function readDenseObjects(
  context: H5Context,
  heapAddress: number,
  indexAddress: number,
  what: keyof typeof INDEXES,
): Promise<Uint8Array[]> {
  const { type, idOffset } = INDEXES[what];
  const heap = await openHeap(context, heapAddress);
  const objects: Uint8Array[] = [];
  for (const record of await readBTreeV2(context, indexAddress, type)) {
    objects.push(await heap.read(record.subarray(idOffset, idOffset + heap.idLength)));
  }
  return objects;
}
