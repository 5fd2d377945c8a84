import { ByteReader, MAX_RECURSION, type ReadOptions, UnsupportedError } from '@km/core';
import {
  type H5Context,
  malformed,
  openBlock,
  readAddress,
  readAt,
  readLength,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { readBTreeV2 } from './decode-btree-v2.ts';

/** A heap of messages that are addressed by identifiers. */
export interface FractalHeap {
  /** Length of an identifier, in bytes. */
  readonly idLength: number;
  /** Reads the object of an identifier. */
  read(id: Uint8Array, options?: ReadOptions): Promise<Uint8Array>;
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
  readonly root: number | undefined;
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
export async function openHeap(
  context: H5Context,
  address: number,
  options?: ReadOptions,
): Promise<FractalHeap> {
  const heap = await readHeader(context, address, options);
  return {
    idLength: heap.idLength,
    read(id, readOptions) {
      const reader = new ByteReader(id, context.name);
      const kind = (reader.uint8() >> 4) & 3;
      if (kind === 0) return readManaged(context, heap, reader, readOptions);
      if (kind === 1) return readHuge(context, heap, reader, readOptions);
      return readTiny(context, heap, id);
    },
  };
}

async function readHeader(
  context: H5Context,
  address: number,
  options: ReadOptions | undefined,
): Promise<Heap> {
  const { lengthSize, offsetSize } = context;
  const length = 26 + 12 * lengthSize + 3 * offsetSize;
  const reader = await openBlock(context, address, length, 'FRHP', options);
  reader.skip(1);
  const idLength = reader.uint16();
  if (reader.uint16() !== 0) {
    throw new UnsupportedError(
      `${context.name} compresses its link names, which is not read; repack it with h5repack.`,
      {
        source: context.name,
        offset: address,
      },
    );
  }
  verifyChecksum(context, reader.bytes, 'fractal heap', address);
  reader.skip(1);
  const maxManaged = reader.uint32();
  reader.skip(lengthSize);
  const hugeIndex = readAddress(reader, context);
  reader.skip(lengthSize + offsetSize + 8 * lengthSize);
  const width = reader.uint16();
  const startSize = readLength(reader, context);
  const maxDirectSize = readLength(reader, context);
  const offsetWidth = Math.ceil(reader.uint16() / 8);
  reader.skip(2);
  const root = readAddress(reader, context);
  const rootRows = reader.uint16();
  const sizes = [width, startSize, maxDirectSize];
  if (!sizes.every((size) => Number.isInteger(Math.log2(size))) || offsetWidth > 8) {
    throw malformed(context, 'a fractal heap has impossible sizes', address);
  }
  const lengthWidth = Math.min(bytesFor(maxDirectSize), bytesFor(maxManaged));
  return {
    address,
    idLength,
    hugeIndex,
    width,
    startSize,
    maxDirectSize,
    offsetWidth,
    lengthWidth,
    root,
    rootRows,
  };
}

function bytesFor(size: number): number {
  return Math.floor((Math.floor(Math.log2(Math.max(1, size))) + 7) / 8);
}

async function readManaged(
  context: H5Context,
  heap: Heap,
  id: ByteReader,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const offset = readUint(id, heap.offsetWidth);
  const length = readUint(id, heap.lengthWidth);
  if (heap.root === undefined) throw malformed(context, 'a fractal heap is empty', heap.address);
  let block: Place | undefined = { address: heap.root, start: 0, size: heap.startSize };
  if (heap.rootRows > 0) {
    block = await findBlock(
      context,
      heap,
      { address: heap.root, start: 0, rows: heap.rootRows },
      offset,
      0,
      options,
    );
  }
  if (block === undefined || offset + length > block.start + block.size) {
    throw malformed(context, 'an object lies outside its fractal heap', heap.address);
  }
  await openBlock(context, block.address, 4, 'FHDB', options);
  return readAt(context, block.address + offset - block.start, length, options);
}

/** Finds the direct block that holds an offset, below an indirect block of so many rows. */
async function findBlock(
  context: H5Context,
  heap: Heap,
  parent: { readonly address: number; readonly start: number; readonly rows: number },
  offset: number,
  depth: number,
  options: ReadOptions | undefined,
): Promise<Place | undefined> {
  if (depth > MAX_RECURSION)
    throw malformed(context, 'a fractal heap nests too deep', heap.address);
  const entries = parent.rows * heap.width;
  const prefix = 5 + context.offsetSize + heap.offsetWidth;
  const length = prefix + entries * context.offsetSize + 4;
  const reader = await openBlock(context, parent.address, length, 'FHIB', options);
  verifyChecksum(context, reader.bytes, 'fractal heap block', parent.address);
  let start = parent.start;
  for (let entry = 0; entry < entries; entry++) {
    const row = Math.floor(entry / heap.width);
    const size = heap.startSize * 2 ** Math.max(0, row - 1);
    if (offset < start + size) {
      reader.seek(prefix + entry * context.offsetSize);
      const address = requireAddress(reader, context, 'block of a fractal heap');
      if (size <= heap.maxDirectSize) return { address, start, size };
      const rows = Math.log2(size / (heap.startSize * heap.width)) + 1;
      if (rows < 1) throw malformed(context, 'a fractal heap has impossible rows', parent.address);
      return findBlock(context, heap, { address, start, rows }, offset, depth + 1, options);
    }
    start += size;
  }
  return undefined;
}

async function readHuge(
  context: H5Context,
  heap: Heap,
  id: ByteReader,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const width = heap.idLength - 1;
  if (width >= context.offsetSize + context.lengthSize) {
    const address = requireAddress(id, context, 'huge object');
    return readAt(context, address, readLength(id, context), options);
  }
  const key = readUint(id, Math.min(width, context.lengthSize));
  const object =
    heap.hugeIndex === undefined
      ? undefined
      : await readHugeObject(context, heap.hugeIndex, key, options);
  if (object === undefined) throw malformed(context, 'a huge object is missing', heap.address);
  return object;
}

async function readTiny(context: H5Context, heap: Heap, id: Uint8Array): Promise<Uint8Array> {
  const extended = heap.idLength > 18;
  const [first = 0, second = 0] = id;
  const length = (extended ? ((first & 15) << 8) | second : first & 15) + 1;
  const start = extended ? 2 : 1;
  if (start + length > id.length)
    throw malformed(context, 'a tiny object is cut off', heap.address);
  return id.subarray(start, start + length);
}

/** Reads an object too large for the blocks, through the B-tree that lists such objects by number. */
async function readHugeObject(
  context: H5Context,
  index: number,
  wanted: number,
  options: ReadOptions | undefined,
): Promise<Uint8Array | undefined> {
  for (const record of await readBTreeV2(context, index, 1, options)) {
    const reader = new ByteReader(record, context.name);
    const address = requireAddress(reader, context, 'huge object');
    const length = readLength(reader, context);
    if (readLength(reader, context) === wanted) return readAt(context, address, length, options);
  }
  return undefined;
}
