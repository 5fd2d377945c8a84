import { ByteReader, LimitError, MalformedError } from '@km/core';
import { MAX_BLOCK_BYTES } from './limits.ts';

/** Most bytes that one byte of Snappy data can stand for: a copy of 64 bytes takes three. */
const MAX_RATIO = 22;

/**
 * Decodes raw Snappy data (no frame), as described in Snappy's format description.
 * @throws MalformedError or TruncatedError when the data is damaged; LimitError when it would take too much memory.
 */
export function decodeSnappy(bytes: Uint8Array, name: string): Uint8Array {
  const reader = new ByteReader(bytes, name);
  const length = reader.varint();
  if (length > MAX_BLOCK_BYTES)
    throw new LimitError(
      `A Snappy block of ${name} would have ${length} bytes, more than the ${MAX_BLOCK_BYTES} allowed.`,
      { source: name },
    );
  if (length > bytes.length * MAX_RATIO)
    throw damaged(name, 'announces more bytes than it can hold');
  const out = new Uint8Array(length);
  let done = 0;
  while (reader.remaining > 0) {
    const tag = reader.uint8();
    done = (tag & 3) === 0 ? literal(reader, tag, out, done) : copy(reader, tag, out, done);
  }
  if (done !== length) throw damaged(name, 'holds fewer bytes than it announces');
  return out;
}

function literal(reader: ByteReader, tag: number, out: Uint8Array, done: number): number {
  const bytes = reader.take(literalLength(reader, tag));
  if (bytes.length > out.length - done)
    throw damaged(reader.name, 'holds more bytes than it announces');
  out.set(bytes, done);
  return done + bytes.length;
}

function copy(reader: ByteReader, tag: number, out: Uint8Array, done: number): number {
  const { offset, count } = copyOf(reader, tag);
  if (offset === 0 || offset > done) throw damaged(reader.name, 'refers to bytes before its start');
  if (count > out.length - done) throw damaged(reader.name, 'holds more bytes than it announces');
  // Byte by byte, since a copy may overlap what it writes.
  for (let index = done; index < done + count; index++) out[index] = out[index - offset] ?? 0;
  return done + count;
}

function literalLength(reader: ByteReader, tag: number): number {
  const short = tag >> 2;
  if (short < 60) return short + 1;
  let length = 0;
  for (let index = 0; index < short - 59; index++) length += reader.uint8() * 2 ** (8 * index);
  return length + 1;
}

function copyOf(reader: ByteReader, tag: number): { offset: number; count: number } {
  switch (tag & 3) {
    case 1:
      return { offset: ((tag >> 5) << 8) | reader.uint8(), count: ((tag >> 2) & 7) + 4 };
    case 2:
      return { offset: reader.uint16(), count: (tag >> 2) + 1 };
    default:
      return { offset: reader.uint32(), count: (tag >> 2) + 1 };
  }
}

function damaged(name: string, what: string): MalformedError {
  return new MalformedError(`A Snappy block of ${name} ${what}; the file is damaged.`, {
    source: name,
  });
}
