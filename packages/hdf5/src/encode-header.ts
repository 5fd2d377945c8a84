import type { TensorSpec } from '@km/core';
import { tensorByteLength } from '@km/core';
import { MESSAGE } from './decode-header.ts';
import { encodeDataspace, encodeDatatype, padded, u16, u32, u64 } from './encode-types.ts';

/** A header message to write. */
export interface OutMessage {
  readonly type: number;
  readonly body: Uint8Array | readonly number[];
  /** True for a message that never changes while the object lives. */
  readonly constant?: boolean;
}

const UNDEFINED = new Array<number>(8).fill(0xff);

/** Encodes an object header of version 1. */
export function encodeHeader(messages: readonly OutMessage[]): Uint8Array {
  const encoded = messages.map(({ type, body, constant }) => {
    const data = padded(body);
    return [[...u16(type), ...u16(data.length), constant ? 1 : 0, 0, 0, 0], data] as const;
  });
  const size = encoded.reduce((sum, [, data]) => sum + 8 + data.length, 0);
  const bytes = new Uint8Array(16 + size);
  bytes.set([1, 0, ...u16(messages.length), 1, 0, 0, 0, ...u32(size)]);
  let at = 16;
  for (const [prefix, data] of encoded) {
    bytes.set(prefix, at);
    bytes.set(data, at + 8);
    at += 8 + data.length;
  }
  return bytes;
}

/** Lists the header messages of a contiguous dataset whose values start at `address`. */
export function datasetMessages(spec: TensorSpec, address: number): readonly OutMessage[] {
  const size = tensorByteLength(spec);
  const place = size === 0 ? UNDEFINED : u64(address);
  return [
    { type: MESSAGE.dataspace, body: encodeDataspace(spec.shape) },
    { type: MESSAGE.datatype, body: encodeDatatype(spec.dtype), constant: true },
    // Version 2: space allocated late, fill value written if set, which is zero.
    { type: MESSAGE.fillValue, body: [2, 2, 2, 1, 0, 0, 0, 0], constant: true },
    { type: MESSAGE.layout, body: [3, 1, ...place, ...u64(size)] },
  ];
}

/** Makes an attribute message of version 1. */
export function attributeMessage(
  name: string,
  type: readonly number[],
  space: readonly number[],
  data: Uint8Array | readonly number[],
): OutMessage {
  const text = [...new TextEncoder().encode(name), 0];
  const sizes = [text.length, type.length, space.length].flatMap(u16);
  const parts = [[1, 0, ...sizes], padded(text), padded(type), padded(space), data];
  const body = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return { type: MESSAGE.attribute, body };
}
