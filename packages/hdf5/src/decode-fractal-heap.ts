import { ByteReader, MAX_RECURSION } from '@km/core';
import {
  type H5Context,
  openBlock,
  readAddress,
  readAt,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { readBTreeV2 } from './decode-btree-v2.ts';
import { malformed, unsupported } from './errors.ts';

/** A heap of messages that are addressed by identifiers. */
export interface FractalHeap {
  /** Length of an identifier, in bytes. */
  readonly idLength: number;
  /** Reads the object of an identifier. */
  read(id: Uint8Array): Promise<Uint8Array>;
}

interface Heap {
  readonly address: number;
  readonly idLength: number;
  readonly hugeIndex: number | undefined;
  readonly width: number;
  readonly startSize: number;
  readonly maxDirectSize: number;
  readonly offsetWidth: number;
  readonly lengthWidth: number;
  readonly root: number;
  readonly rootRows: number;
}

/** A block of the heap's address space. */
interface Place {
  readonly address: number;
  /** Offset in the heap at which the block starts. */
  readonly start: number;
  readonly size: number;
}

/** Opens a fractal heap. @throws UnsupportedError when its blocks are filtered. */
export async function openHeap(context: H5Context, address: number): Promise<FractalHeap> {
  const heap = await readHeader(context, address);
  return {
    idLength: heap.idLength,
    read(id) {
      const reader = new ByteReader(id, context.name);
      const kind = (reader.uint8() >> 4) & 3;
      if (kind === 0) return readManaged(context, heap, reader);
      if (kind === 1) return readHuge(context, heap, reader);
      // A link or an attribute never fits into the identifier itself.
      throw malformed(context, 'a fractal heap has an unknown identifier', address);
    },
  };
}

async function readHeader(context: H5Context, address: number): Promise<Heap> {
  const reader = await openBlock(context, address, 146, 'FRHP');
  reader.skip(1);
  const idLength = reader.uint16();
  if (reader.uint16() !== 0) {
    throw unsupported(
      context,
      'filtered link names are not read; repack it with h5repack',
      address,
    );
  }
  verifyChecksum(reader, 'fractal heap', address);
  reader.skip(1);
  const maxManaged = reader.uint32();
  reader.skip(8);
  const hugeIndex = readAddress(reader);
  reader.skip(80);
  const width = reader.uint16();
  const startSize = reader.uint64();
  const maxDirectSize = reader.uint64();
  const offsetWidth = Math.ceil(reader.uint16() / 8);
  reader.skip(2);
  const root = requireAddress(reader, 'root of a fractal heap');
  const rootRows = reader.uint16();
  const sizes = [width, startSize, maxDirectSize];
  if (!sizes.every((size) => Number.isInteger(Math.log2(size))) || offsetWidth > 8) {
    throw malformed(context, 'a fractal heap has impossible sizes', address);
  }
  const lengthWidth = Math.min(bytesFor(maxDirectSize), bytesFor(maxManaged));
  return {
    ...{ address, idLength, hugeIndex, width, startSize, maxDirectSize },
    ...{ offsetWidth, lengthWidth, root, rootRows },
  };
}

function bytesFor(size: number): number {
  return Math.floor((Math.floor(Math.log2(Math.max(1, size))) + 7) / 8);
}

async function readManaged(context: H5Context, heap: Heap, id: ByteReader): Promise<Uint8Array> {
  const offset = readUint(id, heap.offsetWidth);
  const length = readUint(id, heap.lengthWidth);
  const { root, rootRows } = heap;
  const block =
    rootRows === 0
      ? { address: root, start: 0, size: heap.startSize }
      : await findBlock(context, heap, { address: root, start: 0, rows: rootRows }, offset);
  if (block === undefined || offset + length > block.start + block.size) {
    throw malformed(context, 'an object lies outside its fractal heap', heap.address);
  }
  await openBlock(context, block.address, 4, 'FHDB');
  return (await readAt(context, block.address + offset - block.start, length)).bytes;
}

/** Finds the direct block that holds an offset, below an indirect block of so many rows. */
async function findBlock(
  context: H5Context,
  heap: Heap,
  parent: { readonly address: number; readonly start: number; readonly rows: number },
  offset: number,
  depth = 0,
): Promise<Place | undefined> {
  const entries = parent.rows * heap.width;
  const prefix = 13 + heap.offsetWidth;
  const reader = await openBlock(context, parent.address, prefix + entries * 8 + 4, 'FHIB');
  verifyChecksum(reader, 'fractal heap block', parent.address);
  let start = parent.start;
  for (let entry = 0; entry < entries; entry++) {
    const row = Math.floor(entry / heap.width);
    const size = heap.startSize * 2 ** Math.max(0, row - 1);
    if (offset < start + size) {
      reader.seek(prefix + entry * 8);
      const address = requireAddress(reader, 'block of a fractal heap');
      if (size <= heap.maxDirectSize) return { address, start, size };
      const rows = Math.log2(size / (heap.startSize * heap.width)) + 1;
      if (rows < 1 || depth > MAX_RECURSION) {
        throw malformed(context, 'a fractal heap has impossible rows', parent.address);
      }
      return findBlock(context, heap, { address, start, rows }, offset, depth + 1);
    }
    start += size;
  }
  return undefined;
}

/** Reads an object too large for the blocks, through the B-tree that lists such objects by number. */
async function readHuge(context: H5Context, heap: Heap, id: ByteReader): Promise<Uint8Array> {
  const wanted = readUint(id, Math.min(heap.idLength - 1, 8));
  const records = heap.hugeIndex === undefined ? [] : await readBTreeV2(context, heap.hugeIndex, 1);
  for (const record of records) {
    const reader = new ByteReader(record, context.name);
    const address = requireAddress(reader, 'huge object');
    const length = reader.uint64();
    if (reader.uint64() === wanted) return (await readAt(context, address, length)).bytes;
  }
  throw malformed(context, 'a huge object is missing', heap.address);
}
