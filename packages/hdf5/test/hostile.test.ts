import { type LazyTensor, memoryStore, zeros } from '@km/core';
import { byteFlips, readFixture, runHostile, truncations } from '@km/test-utils';
import {
  type H5Model,
  readModelH5,
  readWeightsH5,
  readWeightsV3,
  writeModelH5,
} from '../src/index.ts';

const OLD = readFixture('h5/tf-2.4.4/float16.h5');
const NEW = readFixture('h5/h5py-3.16.0/latest.h5');
const GZIP = readFixture('h5/h5py-3.16.0/gzip.h5');
const V3 = readFixture('h5/tf-2.15.1/v3.weights.h5');

async function readAll(model: H5Model): Promise<unknown> {
  const weights = [
    ...model.layers.flatMap((layer) => layer.weights),
    ...(model.optimizerWeights ?? []),
  ];
  const values = await Promise.all(weights.map(({ tensor }) => tensor.read()));
  return { ...model, values };
}

async function readAllV3(bytes: Uint8Array): Promise<unknown> {
  const objects = [...(await readWeightsV3(bytes))];
  const tensors: LazyTensor[] = objects.flatMap(([, { variables }]) => [...variables]);
  return Promise.all(tensors.map((tensor) => tensor.read()));
}

const readWhole = async (bytes: Uint8Array): Promise<unknown> => readAll(await readModelH5(bytes));

test.each([
  ['a file of TensorFlow 2.4', OLD, readWhole],
  ['a file of the newest kind', NEW, readWhole],
  ['a compressed file', GZIP, readWhole],
  ['a v3 weights file', V3, readAllV3],
])('%s cut anywhere is refused', async (_, bytes, read) => {
  const { accepted, broken, refused } = await runHostile(truncations(bytes), read);
  expect(broken).toEqual([]);
  expect(accepted).toEqual([]);
  expect(refused.length).toBeGreaterThan(14);
});

test.each([
  ['a file of TensorFlow 2.4', OLD, readWhole],
  ['a file of the newest kind', NEW, readWhole],
  ['a compressed file', GZIP, readWhole],
  ['a v3 weights file', V3, readAllV3],
])(
  '%s with a byte changed is read or refused, and nothing else',
  async (_, bytes, read) => {
    const { broken, refused } = await runHostile(byteFlips(bytes, 211), read);
    expect(broken).toEqual([]);
    expect(refused.length).toBeGreaterThan(15);
  },
  60_000,
);

test('every change in the metadata of a file of the newest kind is noticed', async () => {
  const root = { start: 48, end: 242 };
  const flips = [...byteFlips(NEW)].filter(({ name }) => {
    const offset = Number(/\d+/.exec(name)?.[0]);
    return (offset >= 8 && offset < 44) || (offset >= root.start && offset < root.end);
  });
  expect((await runHostile(flips, readWhole)).accepted).toEqual([]);
}, 60_000);

function patched(bytes: Uint8Array, find: Uint8Array, replacement: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes).indexOf(find);
  if (at < 0) throw new Error('nothing to patch');
  const copy = bytes.slice();
  copy.set(replacement, at);
  return copy;
}

/** A dataspace of two axes, as version 1 encodes it. */
function dataspace(...dims: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 + 16 * dims.length);
  bytes.set([1, dims.length, 1]);
  new BigUint64Array(bytes.buffer, 8).set([...dims, ...dims]);
  return bytes;
}

async function written(): Promise<Uint8Array> {
  const store = memoryStore();
  const weights = [{ name: 'k', tensor: zeros({ dtype: 'float32' as const, shape: [6, 7] }) }];
  await writeModelH5(
    { store, path: 'm.h5' },
    { modelConfig: '{}', layers: [{ name: 'l', weights }] },
  );
  return store.objects.get('m.h5') ?? new Uint8Array(0);
}

test.each([
  ['an element count beyond 2^53', [2n ** 40n, 2n ** 40n]],
  ['a size beyond 2^53', [2n ** 60n, 1n]],
  ['a terabyte in a small file', [2n ** 30n, 2n ** 10n]],
  ['more than is stored', [6n, 8n]],
  ['less than is stored', [6n, 6n]],
])('a shape that claims %s is refused before anything is allocated', async (_, dims) => {
  const bytes = patched(await written(), dataspace(6n, 7n), dataspace(...dims));
  const before = process.memoryUsage().arrayBuffers;
  await expect(readModelH5(bytes)).rejects.toMatchObject({
    code: expect.stringMatching(/^KM_/),
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});

test('a chunked dataset that is mostly missing is refused when its claim is out of proportion', async () => {
  const bytes = patched(GZIP, dataspace(5n, 6n), dataspace(2n ** 30n, 6n));
  await expect(readWhole(bytes)).rejects.toMatchObject({ code: 'KM_LIMIT' });
});

test('chunks outside of a dataset are refused', async () => {
  const bytes = patched(GZIP, dataspace(5n, 6n), dataspace(1n, 6n));
  await expect(readWhole(bytes)).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});

test('every change in a compressed chunk with a checksum is noticed', async () => {
  const start = Buffer.from(GZIP).indexOf(Buffer.from([0x78, 0x5e]));
  const flips = [...byteFlips(GZIP.subarray(start, start + 24))].map(({ name, bytes }) => {
    const whole = GZIP.slice();
    whole.set(bytes, start);
    return { name, bytes: whole };
  });
  const { accepted, broken } = await runHostile(flips, readWhole);
  expect([...accepted, ...broken]).toEqual([]);
});

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

test.each([
  ['an empty file', new Uint8Array(0), 'KM_TRUNCATED', /empty/],
  [
    'a Git LFS pointer',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
    'KM_MALFORMED',
    /git lfs pull/,
  ],
  [
    'a zip archive',
    text('PK\u0003\u0004rest of the archive'),
    'KM_MALFORMED',
    /zip archive.*\.keras/,
  ],
  ['a web page', text('\n<!DOCTYPE html><html></html>'), 'KM_MALFORMED', /web page/],
  ['JSON', text('{"class_name": "Sequential"}'), 'KM_MALFORMED', /model_from_json/],
  [
    'a SavedModel',
    new Uint8Array([8, 1, 18, 200, 1, 10]),
    'KM_MALFORMED',
    /directory that holds it/,
  ],
  ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0]), 'KM_MALFORMED', /decompress/],
  ['other bytes', new Uint8Array(3000).fill(7), 'KM_MALFORMED', /not an HDF5 file/],
  ['the start of a signature', new Uint8Array([0x89, 0x48, 0x44]), 'KM_TRUNCATED', /signature/],
])('%s in place of a model says what it is', async (_, bytes, code, message) => {
  await expect(readModelH5(bytes)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('a truncated file says how many bytes are missing', async () => {
  await expect(readModelH5(OLD.subarray(0, 9000))).rejects.toMatchObject({
    code: 'KM_TRUNCATED',
    message: expect.stringContaining(`it says that it has ${OLD.length} bytes, but 9000 are there`),
  });
});

test.each(['h5/tf-2.4.4/weights.h5', 'h5/tf-2.15.1/v3.weights.h5'])(
  '%s, read as a model, says that it holds weights only',
  async (name) => {
    await expect(readModelH5(readFixture(name))).rejects.toMatchObject({
      code: 'KM_NOT_FOUND',
      message: expect.stringContaining(
        'file holds weights only: build the model and call load_weights',
      ),
    });
  },
);

test('each kind of weights, read as the other, says which function reads it', async () => {
  await expect(readWeightsH5(V3)).rejects.toThrow(/v3 layout.*readWeightsV3/);
  await expect(readWeightsV3(OLD)).rejects.toThrow(/legacy weights.*readWeightsH5/);
});
