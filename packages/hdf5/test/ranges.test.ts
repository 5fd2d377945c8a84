import { memorySource, memoryStore, type Tensor } from '@km/core';
import { countingSource, readFixture } from '@km/test-utils';
import { type H5Model, readModelH5, writeModelH5 } from '../src/index.ts';

const MEGABYTE = 1024 * 1024;

async function large(): Promise<Uint8Array> {
  const layers = Array.from({ length: 8 }, (_, i) => {
    const data = new Float32Array(MEGABYTE / 4).fill(i);
    const tensor: Tensor = { dtype: 'float32', shape: [MEGABYTE / 4], data };
    return { name: `layer_${i}`, weights: [{ name: `layer_${i}/kernel:0`, tensor }] };
  });
  const model: H5Model<Tensor> = { modelConfig: '{}', layers };
  const store = memoryStore();
  await writeModelH5({ store, path: 'm.h5' }, model);
  return store.objects.get('m.h5') ?? new Uint8Array(0);
}

test('the structure of a file written here costs one read of a page', async () => {
  const { source, counts } = countingSource(memorySource(await large()));
  await readModelH5(source);
  expect(counts.reads).toEqual([{ name: 'memory', start: 0, end: 64 * 1024 }]);
});

test('one tensor of a large file costs its own bytes', async () => {
  const bytes = await large();
  const { source, counts } = countingSource(memorySource(bytes));
  const model = await readModelH5(source);
  counts.clear();
  const tensor = await model.layers[5]?.weights[0]?.tensor.read();
  expect(tensor?.data).toEqual(new Float32Array(MEGABYTE / 4).fill(5));
  expect(counts.reads.length).toBe(1);
  expect(counts.bytes).toBe(MEGABYTE);
});

test('a file of h5py is read by pages, each of them once', async () => {
  const { source, counts } = countingSource(memorySource(readFixture('h5/tf-2.15.1/trained.h5')));
  await readModelH5(source);
  expect(counts.reads.length).toBe(1);
});

test('a read can be cancelled', async () => {
  const model = await readModelH5(await large());
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(model.layers[0]?.weights[0]?.tensor.read({ signal })).rejects.toThrow('enough');
  await expect(readModelH5(await large(), { signal })).rejects.toThrow('enough');
});

test('a write tells how far it is, and can be cancelled between two tensors', async () => {
  const model = await readModelH5(await large());
  const store = memoryStore();
  const seen: number[] = [];
  const abort = new AbortController();
  const writing = writeModelH5({ store, path: 'm.h5' }, model, {
    signal: abort.signal,
    onProgress: ({ done }) => {
      seen.push(done);
      if (done > 3 * MEGABYTE) abort.abort(new Error('enough'));
    },
  });
  await expect(writing).rejects.toThrow('enough');
  expect(seen.length).toBe(4);
  expect(store.objects.size).toBe(0);
});
