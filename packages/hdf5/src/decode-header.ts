import { ByteReader } from '@km/core';
import {
  type H5Context,
  openBlock,
  readAt,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { malformed } from './errors.ts';
import { MAX_HEADER_BLOCKS } from './limits.ts';

/** Types of the header messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header; its body is a copy, so that no page is kept alive by it. */
export interface Message {
  readonly type: number;
  /** True when the body is a reference to a message kept elsewhere. */
  readonly shared: boolean;
  readonly body: Uint8Array;
}

/** The header of a group, dataset or named datatype. */
export interface ObjectHeader {
  readonly address: number;
  readonly messages: readonly Message[];
}

interface Block {
  readonly address: number;
  readonly length: number;
}

/** Reads an object header of either version with all its continuation blocks. */
export async function readObjectHeader(context: H5Context, address: number): Promise<ObjectHeader> {
  const first = (await readAt(context, address, 1)).uint8();
  if (first === 1) return { address, messages: await readOld(context, address) };
  // The other version has a signature in place of its number.
  return { address, messages: await readNew(context, address) };
}

/** Returns the first message of a type. */
export function findMessage(header: ObjectHeader, type: number): Message | undefined {
  return header.messages.find((message) => message.type === type);
}

async function readOld(context: H5Context, address: number): Promise<readonly Message[]> {
  const prefix = await readAt(context, address, 16);
  prefix.skip(2);
  const count = prefix.uint16();
  prefix.skip(4);
  const first = { address: address + 16, length: prefix.uint32() };
  const messages = await readBlocks(context, first, async (block) =>
    decodeOldMessages(await readAt(context, block.address, block.length)),
  );
  if (messages.length < count) throw malformed(context, 'an object header lacks messages', address);
  return messages;
}

function decodeOldMessages(reader: ByteReader): Message[] {
  const messages: Message[] = [];
  while (reader.remaining >= 8) {
    const type = reader.uint16();
    const size = reader.uint16();
    const shared = (reader.uint8() & 2) !== 0;
    reader.skip(3);
    messages.push({ type, shared, body: new Uint8Array(reader.take(size)) });
  }
  return messages;
}

async function readNew(context: H5Context, address: number): Promise<readonly Message[]> {
  const prefix = await openBlock(context, address, 6, 'OHDR');
  prefix.skip(1);
  const flags = prefix.uint8();
  const width = 1 << (flags & 3);
  const start = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const size = readUint(await readAt(context, address + start, width), width);
  const first = { address, length: start + width + size + 4 };
  return readBlocks(context, first, async (block) => {
    const signature = block === first ? 'OHDR' : 'OCHK';
    const reader = await openBlock(context, block.address, block.length, signature);
    verifyChecksum(reader, 'object header', block.address);
    reader.seek(block === first ? start + width : 4);
    return decodeNewMessages(reader, flags & 4 ? 2 : 0);
  });
}

function decodeNewMessages(reader: ByteReader, orderWidth: number): Message[] {
  const messages: Message[] = [];
  // Fewer bytes than a message's prefix before the checksum are a gap.
  while (reader.remaining >= 8 + orderWidth) {
    const type = reader.uint8();
    const size = reader.uint16();
    const shared = (reader.uint8() & 2) !== 0;
    reader.skip(orderWidth);
    messages.push({ type, shared, body: new Uint8Array(reader.take(size)) });
  }
  return messages;
}

async function readBlocks(
  context: H5Context,
  first: Block,
  decode: (block: Block) => Promise<Message[]>,
): Promise<readonly Message[]> {
  const blocks = [first];
  const seen = new Set<number>();
  const messages: Message[] = [];
  for (const block of blocks) {
    if (seen.has(block.address) || seen.size >= MAX_HEADER_BLOCKS) {
      throw malformed(context, 'an object header continues in a circle', block.address);
    }
    seen.add(block.address);
    for (const message of await decode(block)) {
      messages.push(message);
      if (message.type !== MESSAGE.continuation) continue;
      const reader = new ByteReader(message.body, context.name);
      const address = requireAddress(reader, 'continuation of an object header');
      blocks.push({ address, length: reader.uint64() });
    }
  }
  return messages;
}
