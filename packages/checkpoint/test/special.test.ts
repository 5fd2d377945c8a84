import { readCheckpoint } from '@km/checkpoint';
import { memoryStore, type Tensor } from '@km/core';
import { encodeProto } from '@km/proto';
import { BundleEntryProto, BundleHeaderProto } from '@km/proto/checkpoint';
import { crc32c, maskCrc } from '../src/crc32c.ts';
import { encodeTable } from '../src/encode-table.ts';
import { sliceKey } from '../src/slice-key.ts';
import { hex, utf8 } from './support.ts';

interface Part {
  readonly name: string;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Checksum, where it is not that of the bytes. */
  readonly crc?: number;
}

/** A store with a checkpoint of parts as they are given. */
function bundle(header: BundleHeaderProto.$Properties, parts: readonly Part[]) {
  let offset = 0;
  const rows = parts.map(({ name, dtype, shape, data, crc = crc32c(data) }) => {
    const dim = shape.map((size) => ({ size: BigInt(size) }));
    const place = { offset: BigInt(offset), size: BigInt(data.length), crc32c: maskCrc(crc) };
    offset += data.length;
    return {
      key: utf8(name),
      value: encodeProto(BundleEntryProto, { dtype, shape: { dim }, ...place }),
    };
  });
  const first = { key: new Uint8Array(0), value: encodeProto(BundleHeaderProto, header) };
  return memoryStore([
    ['p.index', encodeTable([first, ...rows])],
    ['p.data-00000-of-00001', Uint8Array.from(parts.flatMap(({ data }) => [...data]))],
  ]);
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function tensorsOf(store: ReturnType<typeof bundle>): Promise<Record<string, Tensor>> {
  const { tensors } = await readCheckpoint({ store, path: 'p' });
  const read = Array.from(tensors, async ([name, lazy]) => [name, await lazy.read()] as const);
  return Object.fromEntries(await Promise.all(read));
}

test('the values of a big-endian file are turned round', async () => {
  const lengths = crc32c(bytes(0, 0, 0, 2, 0, 0, 0, 1));
  const word = new Uint8Array(4);
  new DataView(word.buffer).setUint32(0, maskCrc(lengths));
  const header = { numShards: 1, endianness: 1 };
  const store = bundle(header, [
    { name: 'complex', dtype: 8, shape: [1], data: bytes(0x3f, 0x80, 0, 0, 0x40, 0, 0, 0) },
    { name: 'double', dtype: 2, shape: [], data: bytes(0x3f, 0xf0, 0, 0, 0, 0, 0, 0) },
    { name: 'long', dtype: 9, shape: [1], data: bytes(255, 255, 255, 255, 255, 255, 255, 254) },
    { name: 'short', dtype: 5, shape: [2], data: bytes(1, 2, 3, 4) },
    {
      name: 'words',
      dtype: 7,
      shape: [2],
      data: bytes(2, 1, ...word, 97, 98, 99),
      crc: crc32c(bytes(...word, 97, 98, 99), lengths),
    },
  ]);
  expect(await tensorsOf(store)).toEqual({
    complex: { dtype: 'complex64', shape: [1], data: Float32Array.of(1, 2) },
    double: { dtype: 'float64', shape: [], data: Float64Array.of(1) },
    long: { dtype: 'int64', shape: [1], data: BigInt64Array.of(-2n) },
    short: { dtype: 'int16', shape: [2], data: Int16Array.of(0x102, 0x304) },
    words: { dtype: 'string', shape: [2], data: [utf8('ab'), utf8('c')] },
  });
});

test('values that only TensorFlow can use are handed over as bytes', async () => {
  const store = bundle({ numShards: 1 }, [
    { name: 'float8', dtype: 24, shape: [2], data: bytes(1, 2) },
    { name: 'variant', dtype: 21, shape: [], data: bytes(9, 8, 7) },
  ]);
  const { tensors, opaque } = await readCheckpoint({ store, path: 'p' });
  expect(tensors.size).toBe(0);
  expect([...opaque.keys()]).toEqual(['float8', 'variant']);
  const variant = opaque.get('variant');
  expect([variant?.dtypeCode, variant?.shape, variant?.byteLength]).toEqual([21, [], 3]);
  expect(await variant?.read()).toEqual(bytes(9, 8, 7));
});

test('old reference types are read as their base types', async () => {
  const data = bytes(0, 0, 128, 63);
  const store = bundle({ numShards: 1 }, [{ name: 'v', dtype: 101, shape: [], data }]);
  expect(await tensorsOf(store)).toEqual({
    v: { dtype: 'float32', shape: [], data: Float32Array.of(1) },
  });
});

test.each([{}, { version: { producer: 9 } }, { version: { producer: 1, minConsumer: 1 } }])(
  'a header with %j is taken',
  async (header) => {
    const { tensors } = await readCheckpoint({
      store: bundle({ numShards: 1, ...header }, []),
      path: 'p',
    });
    expect(tensors.size).toBe(0);
  },
);

test.each([
  [
    '6,4',
    [
      { start: 6, length: 4 },
      { start: 0, length: undefined },
    ],
    '00656d620001' + '0102' + '8684' + '807f',
  ],
  [
    '0,6',
    [
      { start: 0, length: 6 },
      { start: 0, length: 4 },
    ],
    '00656d620001' + '0102' + '8086' + '8084',
  ],
  ['64', [{ start: 64, length: 1 }], '00656d620001' + '0101' + 'c04081'],
  ['nothing', [], '00656d620001' + '00'],
])('the key of the slice %s is that of TensorFlow', (_, extents, expected) => {
  const key = sliceKey('emb', extents);
  expect(hex(Uint8Array.from(key, (c) => c.charCodeAt(0)))).toBe(expected);
});

test('without checksums a damaged tensor is read all the same', async () => {
  const store = bundle({ numShards: 1 }, [
    { name: 'v', dtype: 4, shape: [2], data: bytes(1, 2), crc: 5 },
  ]);
  await expect(tensorsOf(store)).rejects.toThrow('checksum');
  const options = { verifyChecksums: false };
  const { tensors } = await readCheckpoint({ store, path: 'p' }, options);
  expect((await tensors.get('v')?.read())?.data).toEqual(bytes(1, 2));
});
