import type $protobuf from 'protobufjs/minimal.js';

type Reader = $protobuf.Reader;
type Writer = $protobuf.Writer;

/** Reads and writes one kind of 64-bit integer as bigint, without loss. */
export interface WideCodec {
  read(reader: Reader): bigint;
  /** Reads the rest of a packed field into `values`. */
  readAll(reader: Reader, values: bigint[]): void;
  write(writer: Writer, value: bigint): Writer;
  writeAll(writer: Writer, values: readonly bigint[]): Writer;
}

/** Reads a varint as an unsigned 64-bit value; longer ones wrap, as in every protobuf implementation. */
function readVarint(reader: Reader): bigint {
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.buf[reader.pos];
    if (byte === undefined || reader.pos >= reader.len) throw new RangeError('index out of range');
    reader.pos++;
    const bits = byte & 127;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (shift - 32);
    if (byte < 128) return high === 0 ? BigInt(low >>> 0) : join(high, low);
  }
  throw new Error('invalid varint encoding');
}

function join(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function codec(toValue: (bits: bigint) => bigint, toBits: (value: bigint) => bigint): WideCodec {
  const write = (writer: Writer, value: bigint): Writer => {
    const bits = BigInt.asUintN(64, toBits(value));
    const low = Number(bits & 0xffffffffn);
    // The writer takes the two halves from any object that has them.
    return writer.uint64({ low, high: Number(bits >> 32n), unsigned: true } as never);
  };
  return {
    read: (reader) => toValue(readVarint(reader)),
    readAll(reader, values) {
      const end = reader.size() + reader.pos;
      if (end > reader.len) throw new RangeError('index out of range');
      while (reader.pos < end) values.push(toValue(readVarint(reader)));
      if (reader.pos !== end) throw new RangeError('index out of range');
    },
    write,
    writeAll(writer, values) {
      writer.fork();
      for (const value of values) write(writer, value);
      return writer.ldelim();
    },
  };
}

/** Codecs of the 64-bit integer types, by their names in a `.proto` file. */
export const wide: Readonly<Record<'int64' | 'uint64' | 'sint64', WideCodec>> = {
  int64: codec(
    (bits) => BigInt.asIntN(64, bits),
    (value) => value,
  ),
  uint64: codec(
    (bits) => bits,
    (value) => value,
  ),
  sint64: codec(
    (bits) => (bits >> 1n) ^ -(bits & 1n),
    (value) => (value << 1n) ^ (value >> 63n),
  ),
};
