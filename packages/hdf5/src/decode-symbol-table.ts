import type { ByteReader } from '@km/core';
import { type H5Context, openBlock, readAddress, readAt, requireAddress } from './context.ts';
import { readBTreeLeaves } from './decode-btree-v1.ts';
import { malformed, tooLarge } from './errors.ts';
import { MAX_LINKS } from './limits.ts';
import type { Link, Links } from './links.ts';
import { decodeText } from './text.ts';

const ENTRY_BYTES = 40;

/** Reads the links of a group of the older kind: a B-tree of symbol nodes and a local heap of names. */
export async function readSymbolTable(context: H5Context, message: ByteReader): Promise<Links> {
  const address = requireAddress(message, 'B-tree of a group');
  const heap = await openBlock(context, requireAddress(message, 'names of a group'), 32, 'HEAP');
  heap.skip(4);
  const length = heap.uint64();
  heap.skip(8); // free list
  const names = await readAt(context, requireAddress(heap, 'data of a local heap'), length);
  const links = new Map<string, Link>();
  for await (const leaf of readBTreeLeaves(context, { address, type: 0, keySize: 8 })) {
    await readSymbolNode(context, leaf.address, names.bytes, links);
  }
  return links;
}

async function readSymbolNode(
  context: H5Context,
  address: number,
  names: Uint8Array,
  links: Map<string, Link>,
): Promise<void> {
  const prefix = await openBlock(context, address, 8, 'SNOD');
  prefix.skip(2);
  const count = prefix.uint16();
  const reader = await readAt(context, address + 8, count * ENTRY_BYTES);
  for (let i = 0; i < count; i++) {
    reader.seek(i * ENTRY_BYTES);
    const name = textAt(context, names, reader.uint64());
    const target = readAddress(reader);
    const cached = reader.uint32();
    reader.skip(4);
    if (links.size >= MAX_LINKS)
      throw tooLarge(context, `a group has more than ${MAX_LINKS} links`);
    if (links.has(name) || (cached !== 2 && target === undefined)) {
      throw malformed(context, `link ${name} is there twice or leads nowhere`, address);
    }
    // Type 2 is a soft link.
    links.set(name, cached === 2 ? textAt(context, names, reader.uint32()) : (target ?? 0));
  }
}

function textAt(context: H5Context, names: Uint8Array, offset: number): string {
  const end = names.indexOf(0, offset);
  if (offset >= names.length || end < 0) throw malformed(context, 'a name lies outside its heap');
  return decodeText(context, names.subarray(offset, end));
}
