import { ByteReader } from '@km/core';
import { type H5Context, requireAddress } from './context.ts';
import { findMessage, type Message, readObjectHeader } from './decode-header.ts';
import { malformed, unsupported } from './errors.ts';

/** Opens the body of a message; one that is shared is taken from the named datatype that it refers to. */
export async function resolveShared(context: H5Context, message: Message): Promise<ByteReader> {
  const reader = new ByteReader(message.body, context.name);
  if (!message.shared) return reader;
  const version = reader.uint8();
  const kind = reader.uint8();
  if (version === 1) reader.skip(6);
  if (version === 3 && kind === 1) {
    throw unsupported(context, 'a shared message table is not read; repack it with h5repack');
  }
  const address = requireAddress(reader, 'shared message');
  const target = findMessage(await readObjectHeader(context, address), message.type);
  if (target !== undefined && !target.shared) return new ByteReader(target.body, context.name);
  throw malformed(context, 'a shared message refers to nothing', address);
}
