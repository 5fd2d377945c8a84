import { ByteReader, type ReadOptions, UnsupportedError } from '@km/core';
import { type H5Context, malformed, requireAddress } from './context.ts';
import { findMessage, type Message, readObjectHeader } from './decode-header.ts';

/** Returns the body of a message; one that is shared is taken from the named datatype that it refers to. */
export async function resolveShared(
  context: H5Context,
  message: Message,
  options?: ReadOptions,
): Promise<Uint8Array> {
  if (!message.shared) return message.body;
  const reader = new ByteReader(message.body, context.name);
  const version = reader.uint8();
  const kind = reader.uint8();
  if (version === 1) reader.skip(6);
  if (version === 3 && kind === 1) {
    throw new UnsupportedError(
      `${context.name} keeps header messages in a shared table, which is not read; repack the file with h5repack.`,
      { source: context.name },
    );
  }
  const address = requireAddress(reader, context, 'shared message');
  const target = findMessage(await readObjectHeader(context, address, options), message.type);
  if (target === undefined || target.shared) {
    throw malformed(context, 'a shared message refers to nothing', address);
  }
  return target.body;
}
