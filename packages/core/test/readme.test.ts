import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  encodeTensor,
  lazyFromSource,
  type Tensor,
  withCache,
  zipChunks,
  zipStore,
} from '@km/core';
import { fileSource, fileStore, saveDirectory } from '@km/core/node';

test('the examples of the README work', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'km-readme-'));
  try {
    const kernel: Tensor = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) };
    await fileStore(folder).write(
      'model.keras',
      zipChunks([{ key: 'model.weights.h5', data: [encodeTensor(kernel)] }]),
    );
    const archive = await zipStore(await fileSource(path.join(folder, 'model.keras')));
    const weights = await archive.open('model.weights.h5');
    expect(weights?.byteLength).toBe(8);

    const saved = path.join(folder, 'saved_model');
    await saveDirectory(saved, async (store) => {
      await store.write('variables/data', [new Uint8Array(4), encodeTensor(kernel)]);
    });
    const data = await withCache(fileStore(saved)).open('variables/data');
    if (!data) throw new Error('absent');
    const lazy = lazyFromSource({ dtype: 'float32', shape: [2] }, data, 4);
    expect(await lazy.read({ signal: AbortSignal.timeout(10_000) })).toEqual(kernel);
  } finally {
    await rm(folder, { recursive: true });
  }
});
