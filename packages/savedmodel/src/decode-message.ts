import { MalformedError } from '@km/core';
import { decodeProto, type ProtoDecoder } from '@km/proto';

/** Decodes a message. @throws MalformedError when the bytes are no such message. */
export function decodeMessage<Message>(
  type: ProtoDecoder<Message>,
  bytes: Uint8Array,
  name: string,
): Message {
  try {
    return decodeProto(type, bytes);
  } catch (error) {
    throw new MalformedError(`${name} is damaged: it does not follow its protocol buffer.`, {
      source: name,
      cause: error,
    });
  }
}
