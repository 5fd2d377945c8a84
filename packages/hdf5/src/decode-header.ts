import { ByteReader, type ReadOptions } from '@km/core';
import {
  type H5Context,
  malformed,
  openBlock,
  readAt,
  readLength,
  readUint,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { MAX_HEADER_BLOCKS } from './limits.ts';

/** Types of the header messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValueOld: 0x04,
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
export async function readObjectHeader(
  context: H5Context,
  address: number,
  options?: ReadOptions,
): Promise<ObjectHeader> {
  const first = (await readAt(context, address, 4, options))[0];
  const isNew = first === 0x4f;
  if (!isNew && first !== 1) throw malformed(context, 'expected an object header', address);
  const messages = await (isNew ? readNew : readOld)(context, address, options);
  return { address, messages };
}

/** Returns the body of the first message of a type. */
export function findMessage(header: ObjectHeader, type: number): Message | undefined {
  return header.messages.find((message) => message.type === type);
}

async function readOld(
  context: H5Context,
  address: number,
  options: ReadOptions | undefined,
): Promise<readonly Message[]> {
  const prefix = new ByteReader(await readAt(context, address, 16, options), context.name);
  prefix.skip(2);
  const count = prefix.uint16();
  prefix.skip(4);
  const first = { address: address + 16, length: prefix.uint32() };
  const messages = await readBlocks(context, first, async (block) => {
    const bytes = await readAt(context, block.address, block.length, options);
    return decodeOldMessages(new ByteReader(bytes, context.name));
  });
  if (messages.length < count) throw malformed(context, 'an object header lacks messages', address);
  return messages;
}

function decodeOldMessages(reader: ByteReader): Message[] {
  const messages: Message[] = [];
  while (reader.remaining >= 8) {
    const type = reader.uint16();
    const size = reader.uint16();
    const flags = reader.uint8();
    reader.skip(3);
    messages.push({ type, shared: (flags & 2) !== 0, body: reader.take(size).slice() });
  }
  return messages;
}

async function readNew(
  context: H5Context,
  address: number,
  options: ReadOptions | undefined,
): Promise<readonly Message[]> {
  const prefix = await openBlock(context, address, 6, 'OHDR', options);
  if (prefix.uint8() !== 2)
    throw malformed(context, 'an object header has an unknown version', address);
  const flags = prefix.uint8();
  const sizeWidth = 1 << (flags & 3);
  const start = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sized = new ByteReader(
    await readAt(context, address + start, sizeWidth, options),
    context.name,
  );
  const length = start + sizeWidth + readUint(sized, sizeWidth) + 4;
  const first = { address, length };
  return readBlocks(context, first, async (block) => {
    const isFirst = block === first;
    const reader = await openBlock(
      context,
      block.address,
      block.length,
      isFirst ? 'OHDR' : 'OCHK',
      options,
    );
    verifyChecksum(context, reader.bytes, 'object header', block.address);
    reader.seek(isFirst ? start + sizeWidth : 4);
    return decodeNewMessages(reader, (flags & 4) !== 0);
  });
}

function decodeNewMessages(reader: ByteReader, ordered: boolean): Message[] {
  const messages: Message[] = [];
  const prefix = ordered ? 6 : 4;
  // Fewer bytes than a message's prefix before the checksum are a gap.
  while (reader.remaining - 4 >= prefix) {
    const type = reader.uint8();
    const size = reader.uint16();
    const flags = reader.uint8();
    if (ordered) reader.skip(2);
    messages.push({ type, shared: (flags & 2) !== 0, body: reader.take(size).slice() });
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
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    if (seen.has(block.address) || seen.size >= MAX_HEADER_BLOCKS) {
      throw malformed(context, 'an object header continues in a circle', block.address);
    }
    seen.add(block.address);
    for (const message of await decode(block)) {
      messages.push(message);
      if (message.type === MESSAGE.continuation) blocks.push(decodeContinuation(context, message));
    }
  }
  return messages;
}

function decodeContinuation(context: H5Context, message: Message): Block {
  const reader = new ByteReader(message.body, context.name);
  const address = requireAddress(reader, context, 'continuation of an object header');
  return { address, length: readLength(reader, context) };
}
