import { readCheckpoint } from '@km/checkpoint';
import { isKmError, type KmErrorCode, memoryStore } from '@km/core';
import { encodeProto } from '@km/proto';
import { BundleEntryProto, BundleHeaderProto } from '@km/proto/checkpoint';
import { byteFlips, runHostile, truncations } from '@km/test-utils';
import { decodeSnappy } from '../src/decode-snappy.ts';
import { encodeTable } from '../src/encode-table.ts';
import { sliceKey } from '../src/slice-key.ts';
import { fixtureStore, utf8 } from './support.ts';

const source = fixtureStore('tf-2.15.1').objects;
const at = (key: string): Uint8Array => source.get(key) ?? new Uint8Array(0);

async function readAllOf(index: Uint8Array, data: Uint8Array, verifyChecksums = true) {
  const store = memoryStore([
    ['p.index', index],
    ['p.data-00000-of-00001', data],
  ]);
  const checkpoint = await readCheckpoint({ store, path: 'p' }, { verifyChecksums });
  for (const tensor of checkpoint.tensors.values()) await tensor.read();
  await checkpoint.readObjectGraph();
}

test('no damaged byte of an index passes, and each is a KmError', async () => {
  const data = at('partitioned.data-00000-of-00001');
  const index = at('partitioned.index');
  const cases = [...truncations(index), ...byteFlips(index)];
  const outcome = await runHostile(cases, (bytes) => readAllOf(bytes, data));
  expect(outcome.broken).toEqual([]);
  // The last size of the footer then takes in a zero byte of the padding, which does not change it.
  expect(outcome.accepted).toEqual(['byte 512 ^ 0x80']);
});

test('no damaged byte of a data file passes [TensorBundleTest.Checksum]', async () => {
  const index = at('dtypes.index');
  const data = at('dtypes.data-00000-of-00001');
  const cases = [...truncations(data), ...byteFlips(data, 5)];
  const outcome = await runHostile(cases, (bytes) => readAllOf(index, bytes));
  expect(outcome.broken).toEqual([]);
  expect(outcome.accepted).toEqual([]);
});

test('without checksums damage is a KmError or other values, never a crash', async () => {
  const index = at('weights.index');
  const data = at('weights.data-00000-of-00001');
  const indices = await runHostile(byteFlips(index, 3), (bytes) => readAllOf(bytes, data, false));
  const files = await runHostile(byteFlips(data, 5), (bytes) => readAllOf(index, bytes, false));
  expect([...indices.broken, ...files.broken]).toEqual([]);
  expect(files.accepted.length).toBeGreaterThan(0);
});

const header = encodeProto(BundleHeaderProto, { numShards: 1, version: { producer: 1 } });

function indexOf(
  entries: Record<string, BundleEntryProto.$Properties>,
  first: Uint8Array = header,
): Uint8Array {
  const rows = Object.entries(entries).map(([name, entry]) => ({
    key: Uint8Array.from(name, (c) => c.charCodeAt(0)),
    value: encodeProto(BundleEntryProto, entry),
  }));
  return encodeTable([{ key: new Uint8Array(0), value: first }, ...rows]);
}

const shape = (...sizes: bigint[]) => ({ dim: sizes.map((size) => ({ size })) });
const float = (...sizes: bigint[]) => ({ dtype: 1, shape: shape(...sizes) });
const half = { extent: [{ start: 0n, length: 1n << 40n }] };
const zeroes = new Uint8Array(16);

const cases: { name: string; index: Uint8Array; code: KmErrorCode }[] = [
  { name: 'an empty file', index: new Uint8Array(0), code: 'KM_TRUNCATED' },
  { name: 'a text', index: utf8('<html>'.repeat(20)), code: 'KM_MALFORMED' },
  {
    name: 'a Git LFS pointer',
    index: utf8(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
    ),
    code: 'KM_MALFORMED',
  },
  { name: 'a table without header', index: encodeTable([]), code: 'KM_MALFORMED' },
  { name: 'no data files', index: indexOf({}, new Uint8Array(0)), code: 'KM_MALFORMED' },
  {
    name: 'a newer format',
    index: indexOf(
      {},
      encodeProto(BundleHeaderProto, { numShards: 1, version: { minConsumer: 2 } }),
    ),
    code: 'KM_UNSUPPORTED',
  },
  {
    name: 'a tensor larger than 2^53',
    index: indexOf({ a: { ...float(1n << 40n, 1n << 40n), size: 16n } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'a negative axis',
    index: indexOf({ a: { ...float(-1n), size: 16n } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'a tensor beyond the file',
    index: indexOf({ a: { ...float(1n << 40n), size: 1n << 42n } }),
    code: 'KM_TRUNCATED',
  },
  {
    name: 'more values than bytes',
    index: indexOf({ a: { ...float(9n), size: 16n } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'more strings than bytes',
    index: indexOf({ a: { dtype: 7, shape: shape(1n << 50n), size: 16n } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'a data file that is not announced',
    index: indexOf({ a: { ...float(4n), size: 16n, shardId: 3 } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'an unknown shape',
    index: indexOf({ a: { dtype: 1, shape: { unknownRank: true } } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'slices that are missing',
    index: indexOf({ a: { ...float(4n), slices: [{ extent: [{ start: 0n }] }] } }),
    code: 'KM_MALFORMED',
  },
  {
    name: 'slices of the same bytes',
    index: indexOf({
      [sliceKey('a', [{ start: 0, length: 2 ** 40 }])]: { ...float(1n << 40n), size: 1n << 42n },
      a: { ...float(1n << 40n), slices: [half] },
    }),
    code: 'KM_TRUNCATED',
  },
];

test.each(cases)('$name is refused', async ({ index, code }) => {
  expect.assertions(1);
  try {
    await readAllOf(index, zeroes);
  } catch (error) {
    expect(isKmError(error, code) || error).toBe(true);
  }
});

test('slices that share bytes of the file take no more memory than the file has', async () => {
  const count = 1000;
  const names = Array.from({ length: count }, (_, index) => ({ start: 4 * index, length: 4 }));
  const slices = names.map(({ start }) => ({ extent: [{ start: BigInt(start), length: 4n }] }));
  const rows = names.map(
    (extent) => [sliceKey('a', [extent]), { ...float(4n), size: 16n }] as const,
  );
  const entries = { ...Object.fromEntries(rows), a: { ...float(4n * BigInt(count)), slices } };
  await expect(readAllOf(indexOf(entries), zeroes, false)).rejects.toThrow('cannot lie');
});

test('keys that name parts of every object are plain names', async () => {
  const index = indexOf({ __proto__x: float(0n), constructor: float(0n), toString: float(0n) });
  const store = memoryStore([['p.index', index]]);
  const { tensors } = await readCheckpoint({ store, path: 'p' });
  expect([...tensors.keys()].sort()).toEqual(['__proto__x', 'constructor', 'toString']);
});

test('Snappy data is decoded: literals of all lengths and the three kinds of copies', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  const text = (value: Uint8Array): string => new TextDecoder().decode(value);
  const abc = [...utf8('abc')];
  expect(text(decodeSnappy(bytes(3, 0x08, ...abc), 'x'))).toBe('abc');
  expect(text(decodeSnappy(bytes(3, 0xf0, 2, ...abc), 'x'))).toBe('abc');
  expect(text(decodeSnappy(bytes(3, 0xf4, 2, 0, ...abc), 'x'))).toBe('abc');
  expect(text(decodeSnappy(bytes(3, 0xfc, 2, 0, 0, 0, ...abc), 'x'))).toBe('abc');
  expect(text(decodeSnappy(bytes(8, 0x08, ...abc, 0x05, 3), 'x'))).toBe('abcabcab');
  expect(text(decodeSnappy(bytes(7, 0x08, ...abc, 0x0e, 2, 0), 'x'))).toBe('abcbcbc');
  expect(text(decodeSnappy(bytes(5, 0x08, ...abc, 0x07, 3, 0, 0, 0), 'x'))).toBe('abcab');
});

test.each([
  ['a copy from before the start', [4, 0x00, 97, 0x01, 2]],
  ['a copy of nothing', [4, 0x00, 97, 0x01, 0]],
  ['more than announced', [1, 0x04, 97, 98]],
  ['less than announced', [3, 0x04, 97, 98]],
  ['a literal that does not end', [60, 0xec, 97]],
  ['a size that it cannot have', [0xff, 0xff, 0x7f, 0x00, 97]],
  ['a size that is too large', [0xff, 0xff, 0xff, 0xff, 0x7f, 0x00, 97]],
])('Snappy data with %s is refused', (_, bytes) => {
  expect.assertions(1);
  try {
    decodeSnappy(Uint8Array.from(bytes), 'x');
  } catch (error) {
    expect(isKmError(error)).toBe(true);
  }
});
