import {
  type DType,
  encodeTensor,
  itemSize,
  type LazyTensor,
  lazyFromTensor,
  memoryStore,
  type Tensor,
  zeros,
} from '@km/core';
import fc from 'fast-check';
import {
  type H5Model,
  type H5Weight,
  openH5,
  readModelH5,
  readWeightsH5,
  readWeightsV3,
  writeModelH5,
  writeWeightsH5,
  writeWeightsV3,
} from '../src/index.ts';

function tensor(dtype: DType, shape: readonly number[], seed = 1): Tensor {
  const value = zeros({ dtype, shape });
  const bytes = encodeTensor(value);
  // Values of bool are 0 or 1; of the others any bits do.
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (seed * (i + 7) * 31) % (dtype === 'bool' ? 2 : 251);
  return value;
}

async function written(model: H5Model<Tensor | LazyTensor>): Promise<Uint8Array> {
  const store = memoryStore();
  await writeModelH5({ store, path: 'm.h5' }, model);
  return store.objects.get('m.h5') ?? new Uint8Array(0);
}

async function values(weights: readonly H5Weight[] | undefined): Promise<unknown> {
  const list = (weights ?? []).map(async ({ name, tensor }) => [name, await tensor.read()]);
  return Promise.all(list);
}

const plain = (weights: readonly H5Weight<Tensor>[]): unknown =>
  weights.map(({ name, tensor }) => [name, tensor]);

const base = { modelConfig: '{"class_name": "Sequential", "config": {}}' } as const;

test('a model comes back with its configs, versions, layers, weights and optimizer state', async () => {
  const model: H5Model<Tensor> = {
    modelConfig: '{"class_name": "Sequential", "config": {"name": "m"}}',
    trainingConfig: '{"loss": "mse"}',
    kerasVersion: '2.15.0',
    backend: 'tensorflow',
    layers: [
      { name: 'zz', weights: [{ name: 'zz/kernel:0', tensor: tensor('float32', [2, 3]) }] },
      { name: 'dropout', weights: [] },
      { name: 'a/b', weights: [{ name: 'a/b/kernel:0', tensor: tensor('float64', [4]) }] },
    ],
    topLevelWeights: [],
    optimizerWeights: [
      { name: 'iteration:0', tensor: tensor('int64', []) },
      { name: 'Adam/m/zz/kernel:0', tensor: tensor('float32', [2, 3], 5) },
    ],
  };
  const read = await readModelH5(await written(model));
  expect({ ...read, layers: [], optimizerWeights: [] }).toEqual({
    ...model,
    layers: [],
    optimizerWeights: [],
  });
  expect(read.layers.map(({ name }) => name)).toEqual(['zz', 'dropout', 'a/b']);
  for (const [i, layer] of model.layers.entries()) {
    expect(await values(read.layers[i]?.weights)).toEqual(plain(layer.weights));
  }
  expect(await values(read.optimizerWeights)).toEqual(plain(model.optimizerWeights ?? []));
});

test('what is left out of a model is left out of its file', async () => {
  const read = await readModelH5(await written({ ...base, layers: [] }));
  expect(read).toEqual({ ...base, layers: [] });
});

test.each<DType>([
  ...(['float16', 'bfloat16', 'float32', 'float64', 'bool'] as const),
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
])('%s tensors of any rank come back bit for bit, also empty ones', async (dtype) => {
  const weights = [[], [0], [5], [2, 0, 3], [2, 3, 4], [1, 1, 1, 1, 2]].map((shape, i) => ({
    name: `w${i}`,
    tensor: tensor(dtype, shape, i + 1),
  }));
  const read = await readModelH5(await written({ ...base, layers: [{ name: 'l', weights }] }));
  expect(await values(read.layers[0]?.weights)).toEqual(plain(weights));
  expect(read.layers[0]?.weights.map((weight) => weight.tensor.byteLength)).toEqual(
    [1, 0, 5, 0, 24, 2].map((count) => count * itemSize(dtype)),
  );
});

test.each(['string', 'complex64', 'qint8'] as const)('%s tensors are refused', async (dtype) => {
  const weights = [{ name: 'w', tensor: zeros({ dtype, shape: [2] }) }];
  await expect(written({ ...base, layers: [{ name: 'l', weights }] })).rejects.toMatchObject({
    code: 'KM_UNSUPPORTED',
    message: expect.stringMatching(/^w: .*dtype (string|complex64|qint8)/),
  });
});

test('equal models give equal bytes, however their tensors are held', async () => {
  const values = tensor('float32', [3, 3]);
  const model = (kernel: Tensor | LazyTensor): H5Model<Tensor | LazyTensor> => ({
    ...base,
    layers: [{ name: 'l', weights: [{ name: 'k', tensor: kernel }] }],
  });
  expect(await written(model(values))).toEqual(await written(model(lazyFromTensor(values))));
});

test('names above 64,512 bytes are split into near-equal attributes and come back whole', async () => {
  const layers = Array.from({ length: 1100 }, (_, i) => ({
    name: `layer_${String(i).padStart(61, '0')}`,
    weights: [],
  }));
  const bytes = await written({ ...base, layers });
  const group = await (await openH5(bytes)).open('model_weights');
  if (group?.kind !== 'group') throw new Error('no group');
  expect(await group.attributeNames()).toEqual(['layer_names0', 'layer_names1']);
  expect((await group.attribute('layer_names1'))?.shape).toEqual([550]);
  expect((await group.names()).length).toBe(1100);
  expect((await readModelH5(bytes)).layers).toEqual(layers);
}, 30_000);

test('many short names, whose references would not fit into an attribute, are stored as fixed strings', async () => {
  const layers = Array.from({ length: 5000 }, (_, i) => ({ name: `l${i}`, weights: [] }));
  const bytes = await written({ ...base, layers });
  expect((await readModelH5(bytes)).layers).toEqual(layers);
}, 30_000);

test('a config that is not ASCII is escaped, so that TensorFlow 2.4 reads it', async () => {
  const text = '{"name": "käse 🧀"}';
  const read = await readModelH5(await written({ modelConfig: text, layers: [] }));
  expect(read.modelConfig).toBe('{"name": "k\\u00e4se \\ud83e\\uddc0"}');
  expect(JSON.parse(read.modelConfig)).toEqual(JSON.parse(text));
});

test('layer and weight names that are not ASCII come back', async () => {
  const weights = [{ name: 'größe/kernel:0', tensor: tensor('float32', [1]) }];
  const read = await readModelH5(await written({ ...base, layers: [{ name: 'größe', weights }] }));
  expect(read.layers[0]?.name).toBe('größe');
  expect(await values(read.layers[0]?.weights)).toEqual(plain(weights));
});

test('a config of a megabyte comes back', async () => {
  const modelConfig = JSON.stringify({ text: 'x'.repeat(1_000_000) });
  expect(await readModelH5(await written({ modelConfig, layers: [] }))).toMatchObject({
    modelConfig,
  });
});

test.each([
  ['two layers of one name', ['a', 'a'], ['k']],
  ['two weights of one name', ['a'], ['k', 'k']],
  ['a weight and a group of one name', ['a'], ['k', 'k/b']],
  ['an empty name', ['a'], ['']],
  ['an absolute name', ['a'], ['/k']],
  ['a name with a NUL', ['a'], ['k\0']],
])('%s is a mistake of the caller', async (_, layerNames, weightNames) => {
  const weights = weightNames.map((name) => ({ name, tensor: tensor('float32', [1]) }));
  const layers = layerNames.map((name) => ({ name, weights }));
  await expect(written({ ...base, layers })).rejects.toThrow(RangeError);
});

test('weights files come back, and weights are read out of whole models', async () => {
  const layers = [{ name: 'l', weights: [{ name: 'l/k:0', tensor: tensor('float32', [2]) }] }];
  const store = memoryStore();
  await writeWeightsH5(
    { store, path: 'w.h5' },
    { layers, kerasVersion: '2.4.0', backend: 'tensorflow' },
  );
  const read = await readWeightsH5({ store, path: 'w.h5' });
  expect(read).toMatchObject({ kerasVersion: '2.4.0', backend: 'tensorflow' });
  expect(await values(read.layers[0]?.weights)).toEqual(plain(layers[0]?.weights ?? []));
  const model = await readWeightsH5(await written({ ...base, layers }));
  expect(await values(model.layers[0]?.weights)).toEqual(plain(layers[0]?.weights ?? []));
});

test('v3 weights come back by object, in the order of their numbers', async () => {
  const variables = Array.from({ length: 12 }, (_, i) => tensor('float32', [i + 1], i + 1));
  const store = memoryStore();
  const objects = new Map([
    ['layers/dense', { name: 'first', variables }],
    ['layers/dropout', { variables: [] }],
  ]);
  await writeWeightsV3({ store, path: 'x.weights.h5' }, objects);
  const read = await readWeightsV3({ store, path: 'x.weights.h5' });
  expect([...read.keys()]).toEqual(['layers/dense', 'layers/dropout', '']);
  expect(read.get('layers/dense')?.name).toBe('first');
  const back = await Promise.all(read.get('layers/dense')?.variables.map((v) => v.read()) ?? []);
  expect(back).toEqual(variables);
});

test('bfloat16 in v3 weights is marked as Keras 3 marks it', async () => {
  const store = memoryStore();
  const variables = [tensor('bfloat16', [2]), tensor('float32', [2])];
  await writeWeightsV3({ store, path: 'x.weights.h5' }, new Map([['layers/dense', { variables }]]));
  const root = await openH5({ store, path: 'x.weights.h5' });
  const marks = ['0', '1'].map(async (name) =>
    (await root.open(`layers/dense/vars/${name}`))?.attribute('dtype'),
  );
  expect(await Promise.all(marks)).toEqual([{ shape: [], values: ['bfloat16'] }, undefined]);
});

test('any tree of names comes back', async () => {
  const name = fc.stringMatching(/^[a-z_]{1,12}$/);
  const names = fc.uniqueArray(name, { maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(names, names, async (layerNames, weightNames) => {
      const weights = weightNames.map((weight, i) => ({
        name: `g/${weight}:0`,
        tensor: tensor('int16', [i % 3], i + 1),
      }));
      const layers = layerNames.map((layer) => ({ name: layer, weights }));
      const read = await readModelH5(await written({ ...base, layers }));
      expect(read.layers.map((layer) => layer.name)).toEqual(layerNames);
      for (const layer of read.layers) expect(await values(layer.weights)).toEqual(plain(weights));
    }),
    { numRuns: 20 },
  );
}, 30_000);
