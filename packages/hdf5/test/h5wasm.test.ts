import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Tensor, zeros } from '@km/core';
import { readFixture } from '@km/test-utils';
import * as inMemory from 'h5wasm';
import * as onDisk from 'h5wasm/node';
import {
  type H5Model,
  readModelH5,
  readWeightsH5,
  writeModelH5,
  writeWeightsH5,
} from '../src/node.ts';

const COPIES = [
  ['the copy for Node', onDisk, path.join],
  ['the copy for browsers', inMemory, (_: string, name: string) => name],
] as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'km-hdf5-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const kernel: Tensor = { dtype: 'float32', shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) };
const model: H5Model<Tensor> = {
  modelConfig: '{"name": "käse"}',
  kerasVersion: '2.15.0',
  layers: [
    { name: 'größe', weights: [{ name: 'größe/kernel:0', tensor: kernel }] },
    { name: 'empty', weights: [] },
  ],
  optimizerWeights: [
    { name: 'iteration:0', tensor: { dtype: 'int64', shape: [], data: new BigInt64Array([7n]) } },
    { name: 'none', tensor: { dtype: 'uint8', shape: [0, 2], data: new Uint8Array(0) } },
  ],
};

test.each(COPIES)(
  'a model goes into and comes out of an open File of %s',
  async (_, wasm, join) => {
    await wasm.ready;
    const file = new wasm.File(join(folder, 'open.h5'), 'w');
    await writeModelH5(file, model);
    const read = await readModelH5(file);
    expect(JSON.parse(read.modelConfig)).toEqual({ name: 'käse' });
    expect(read.layers.map(({ name }) => name)).toEqual(['größe', 'empty']);
    expect(await read.layers[0]?.weights[0]?.tensor.read()).toEqual(kernel);
    expect(await read.optimizerWeights?.[0]?.tensor.read()).toMatchObject({
      data: BigInt64Array.of(7n),
    });
    expect(read.optimizerWeights?.[1]?.tensor.shape).toEqual([0, 2]);
    file.close();
  },
);

test.each(COPIES)(
  'float16, which h5wasm cannot read, comes out of an open File of %s',
  async (_, wasm, join) => {
    const { FS } = await wasm.ready;
    const name = join(folder, 'float16.h5');
    FS.writeFile(name, readFixture('h5/tf-2.4.4/float16.h5'));
    const file = new wasm.File(name, 'r');
    const { layers } = await readWeightsH5(file);
    const tensor = await layers[0]?.weights[0]?.tensor.read();
    expect(tensor).toMatchObject({ dtype: 'float16', shape: [3, 2] });
    file.close();
  },
);

test.each(['float16', 'bfloat16', 'bool'] as const)(
  '%s cannot go into an open File, which stays as it is',
  async (dtype) => {
    await onDisk.ready;
    const file = new onDisk.File(path.join(folder, 'half.h5'), 'w');
    const weights = [{ name: 'w', tensor: zeros({ dtype, shape: [2] }) }];
    await expect(writeWeightsH5(file, { layers: [{ name: 'l', weights }] })).rejects.toMatchObject({
      code: 'KM_UNSUPPORTED',
      message: expect.stringContaining('/l/w'),
    });
    expect(file.keys()).toEqual([]);
    file.close();
  },
);

test('a File that is closed, missing, read-only or full of such names gives an error, not wrong values', async () => {
  await onDisk.ready;
  const name = path.join(folder, 'readonly.h5');
  writeFileSync(name, readFixture('h5/tf-2.4.4/weights.h5'));
  const readonly = new onDisk.File(name, 'r');
  await expect(writeModelH5(readonly, model)).rejects.toMatchObject({ code: 'KM_IO' });
  readonly.close();
  const twice = new onDisk.File(path.join(folder, 'twice.h5'), 'w');
  await writeModelH5(twice, model);
  await expect(writeModelH5(twice, model)).rejects.toMatchObject({ code: 'KM_IO' });
  twice.close();
  await expect(writeModelH5(twice, model)).rejects.toMatchObject({ code: 'KM_IO' });
});

test('a damaged chunk in an open File is an error, where h5wasm alone gives wrong values', async () => {
  await onDisk.ready;
  const bytes = readFixture('h5/h5py-3.16.0/gzip.h5').slice();
  const chunk = Buffer.from(bytes).indexOf(Buffer.from([0x78, 0x5e]));
  bytes.fill(0, chunk, chunk + 16);
  const name = path.join(folder, 'damaged.h5');
  writeFileSync(name, bytes);
  const file = new onDisk.File(name, 'r');
  const { layers } = await readWeightsH5(file);
  const reading = Promise.all(layers.map((layer) => layer.weights[0]?.tensor.read()));
  await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^KM_/) });
  file.close();
});

test('damage in storage that only the HDF5 library decodes is an error', async () => {
  const bytes = readFixture('h5/h5py-3.16.0/latest-chunks.h5').slice();
  const chunk = Buffer.from(bytes).indexOf(Buffer.from([0x78, 0x5e]));
  bytes.fill(0, chunk, chunk + 16);
  const { layers } = await readWeightsH5(bytes);
  const reading = Promise.all(layers.map((layer) => layer.weights[0]?.tensor.read()));
  await expect(reading).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});

test('a File of a foreign copy is refused', async () => {
  const foreign = { file_id: 1n, filename: 'x.h5', mode: 'r', create_group: () => undefined };
  await expect(readModelH5(foreign as never)).rejects.toThrow(/another copy of h5wasm/);
});

test('h5py-like files of h5wasm are read from their path, too', async () => {
  await onDisk.ready;
  const name = path.join(folder, 'path.h5');
  const file = new onDisk.File(name, 'w');
  await writeModelH5(file, model);
  file.close();
  expect(await (await readModelH5(name)).layers[0]?.weights[0]?.tensor.read()).toEqual(kernel);
  expect(await (await readModelH5(readFileSync(name))).layers.length).toBe(2);
});
