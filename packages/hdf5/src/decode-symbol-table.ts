import { ByteReader, LimitError, type ReadOptions } from '@km/core';
import {
  type H5Context,
  malformed,
  openBlock,
  readAddress,
  readAt,
  readLength,
  requireAddress,
} from './context.ts';
import { readBTreeLeaves } from './decode-btree-v1.ts';
import { MAX_LINKS } from './limits.ts';
import type { Link, Links } from './links.ts';
import { decodeText } from './text.ts';

/** Reads the links of a group of the older kind: a B-tree of symbol nodes and a local heap of names. */
export async function readSymbolTable(
  context: H5Context,
  body: Uint8Array,
  options?: ReadOptions,
): Promise<Links> {
  const reader = new ByteReader(body, context.name);
  const tree = requireAddress(reader, context, 'B-tree of a group');
  const heap = await readLocalHeap(
    context,
    requireAddress(reader, context, 'names of a group'),
    options,
  );
  const links = new Map<string, Link>();
  const leaves = readBTreeLeaves(
    context,
    { address: tree, type: 0, keySize: context.lengthSize },
    options,
  );
  for await (const { address } of leaves) {
    await readSymbolNode(context, address, heap, links, options);
  }
  return links;
}

async function readLocalHeap(
  context: H5Context,
  address: number,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const size = 8 + 2 * context.lengthSize + context.offsetSize;
  const reader = await openBlock(context, address, size, 'HEAP', options);
  reader.skip(4);
  const length = readLength(reader, context);
  readLength(reader, context); // free list
  const data = requireAddress(reader, context, 'data of a local heap');
  return readAt(context, data, length, options);
}

async function readSymbolNode(
  context: H5Context,
  address: number,
  heap: Uint8Array,
  links: Map<string, Link>,
  options: ReadOptions | undefined,
): Promise<void> {
  const prefix = await openBlock(context, address, 8, 'SNOD', options);
  prefix.skip(2);
  const count = prefix.uint16();
  const entrySize = 2 * context.offsetSize + 24;
  const reader = new ByteReader(
    await readAt(context, address + 8, count * entrySize, options),
    context.name,
  );
  for (let i = 0; i < count; i++) {
    reader.seek(i * entrySize);
    const name = heapText(context, heap, requireAddress(reader, context, 'name of a link'));
    const target = readAddress(reader, context);
    const cached = reader.uint32();
    reader.skip(4);
    if (links.has(name)) throw malformed(context, `a group has two links named ${name}`, address);
    if (links.size >= MAX_LINKS)
      throw new LimitError(`${context.name}: a group has more than ${MAX_LINKS} links.`);
    if (cached === 2)
      links.set(name, { kind: 'soft', target: heapText(context, heap, reader.uint32()) });
    else if (target === undefined) throw malformed(context, `link ${name} leads nowhere`, address);
    else links.set(name, { kind: 'hard', address: target });
  }
}

function heapText(context: H5Context, heap: Uint8Array, offset: number): string {
  const end = heap.indexOf(0, offset);
  if (offset >= heap.length || end < 0) throw malformed(context, 'a name lies outside its heap');
  return decodeText(context, heap.subarray(offset, end));
}
