import { decodeProto, encodeProto, toSafeInteger } from '@km/proto';
import {
  BundleEntryProto,
  BundleHeaderProto,
  DataType,
  TrackableObjectGraph,
} from '@km/proto/checkpoint';
import { FingerprintDef } from '@km/proto/fingerprint';
import { AttrValue, NodeDef, SavedModel, StructuredValue } from '@km/proto/saved-model';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

test('the header of a bundle of one shard has the bytes that TensorFlow writes', () => {
  const encoded = encodeProto(BundleHeaderProto, { numShards: 1, version: { producer: 1 } });
  expect(hex(encoded)).toBe('08011a020801');
  expect(encoded.constructor).toBe(Uint8Array);
});

test('a scalar entry keeps its empty shape message and its offset', () => {
  const entry = decodeProto(BundleEntryProto, bytes('0801120020a70328043578563412'));
  expect(entry.dtype).toBe(DataType.DT_FLOAT);
  expect(entry.shape?.dim).toEqual([]);
  expect(entry.offset).toBe(423n);
  expect(entry.size).toBe(4n);
  expect(entry.crc32c).toBe(0x12345678);
  expect(hex(encodeProto(BundleEntryProto, entry))).toBe('0801120020a70328043578563412');
});

test('64-bit integers keep every bit', () => {
  const values = [
    0n,
    1n,
    127n,
    128n,
    (1n << 32n) - 1n,
    1n << 53n,
    (1n << 63n) - 1n,
    -1n,
    -(1n << 63n),
  ];
  for (const value of values) {
    const attr = decodeProto(AttrValue, encodeProto(AttrValue, { i: value }));
    expect(attr.i).toBe(value);
    const list = decodeProto(AttrValue, encodeProto(AttrValue, { list: { i: [value, 1n] } }));
    expect(list.list?.i).toEqual([value, 1n]);
    const zigzag = decodeProto(
      StructuredValue,
      encodeProto(StructuredValue, { int64Value: value }),
    );
    expect(zigzag.int64Value).toBe(value);
  }
  const hash = 0xfedcba9876543210n;
  const print = decodeProto(FingerprintDef, encodeProto(FingerprintDef, { checkpointHash: hash }));
  expect(print.checkpointHash).toBe(hash);
});

test('a varint of ten bytes is read and one of eleven is refused', () => {
  expect(decodeProto(AttrValue, bytes('18ffffffffffffffffff01')).i).toBe(-1n);
  expect(() => decodeProto(AttrValue, bytes('18ffffffffffffffffffff01'))).toThrow('varint');
  expect(() => decodeProto(AttrValue, bytes('18ff'))).toThrow(RangeError);
});

test('repeated numbers are read packed and unpacked', () => {
  expect(decodeProto(AttrValue, bytes('0a041a020105')).list?.i).toEqual([1n, 5n]);
  expect(decodeProto(AttrValue, bytes('0a0418011805')).list?.i).toEqual([1n, 5n]);
});

test('maps are written in the byte order of their keys', () => {
  const attr = { é: { i: 1n }, '10': { i: 2n }, '9': { i: 3n }, Z: { i: 4n }, a: { i: 5n } };
  const text = Buffer.from(encodeProto(NodeDef, { attr })).toString('latin1');
  const order = ['10', '9', 'Z', 'a', 'Ã©'].map((key) => text.indexOf(key));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order.every((at) => at >= 0)).toBe(true);
});

test('keys of a map from a file reach no prototype', () => {
  const node = decodeProto(NodeDef, encodeProto(NodeDef, { attr: { a: { i: 1n } } }));
  expect(node.attr.constructor).toBeUndefined();
  const hostile = decodeProto(NodeDef, bytes('2a0f0a095f5f70726f746f5f5f12021807'));
  expect(Object.keys(hostile.attr)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(hostile.attr)).toBeNull();
});

test('of the members of a oneof the last one counts and an empty message is kept', () => {
  const value = decodeProto(StructuredValue, bytes('7001' + '0a00'));
  expect(value.kind).toBe('noneValue');
  expect(value.noneValue).not.toBeNull();
  expect(hex(encodeProto(StructuredValue, { listValue: {} }))).toBe('9a0300');
});

test('fields that the schema does not know survive', () => {
  const wire = '0a001802' + 'a206' + '03616263';
  const graph = decodeProto(TrackableObjectGraph, bytes(wire));
  expect(graph.nodes).toHaveLength(1);
  expect(hex(encodeProto(TrackableObjectGraph, graph))).toBe(wire);
});

test('messages nested deeper than 100 levels are refused', () => {
  let wire = new Uint8Array(0);
  for (let depth = 0; depth < 120; depth++) {
    const list = [0x0a, ...varint(wire.length), ...wire];
    wire = new Uint8Array([0x9a, 0x03, ...varint(list.length), ...list]);
  }
  expect(() => decodeProto(StructuredValue, wire)).toThrow('depth');
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

test('a length beyond the bytes is refused', () => {
  expect(() => decodeProto(SavedModel, bytes('12ffffffff07'))).toThrow(RangeError);
});

test('toSafeInteger refuses what a number cannot hold', () => {
  expect(toSafeInteger(-5n)).toBe(-5);
  expect(() => toSafeInteger(1n << 53n)).toThrow(RangeError);
});
