import $protobuf from 'protobufjs/minimal.js';

/** What decodes messages of one type; every generated class is one. */
export interface ProtoDecoder<Message> {
  decode(reader: $protobuf.Reader, length?: number): Message;
}

/** What encodes messages of one type; every generated class is one. */
export interface ProtoEncoder<Properties> {
  encode(message: Properties, writer?: $protobuf.Writer): $protobuf.Writer;
}

/**
 * Decodes a message; fields unknown to the schema stay with it and are written again by `encodeProto`.
 * @throws RangeError or Error, as protobufjs does, when the bytes are no such message.
 */
export function decodeProto<Message>(type: ProtoDecoder<Message>, bytes: Uint8Array): Message {
  const reader = new $protobuf.Reader(bytes);
  reader.discardUnknown = false;
  return type.decode(reader);
}

/** Encodes a message deterministically: fields by number, maps by key. */
export function encodeProto<Properties>(
  type: ProtoEncoder<Properties>,
  message: Properties,
): Uint8Array {
  return type.encode(message, new $protobuf.Writer()).finish();
}
