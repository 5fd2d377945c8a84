import { createHash } from 'node:crypto';
import { encodeTensor, type LazyTensor } from '@km/core';
import { fixturePath, listFixtures, readFixture } from '@km/test-utils';
import {
  detectH5Kind,
  encodeModelH5,
  type H5Dataset,
  type H5Group,
  openH5,
  readModelH5,
  readWeightsH5,
  readWeightsV3,
} from '../src/node.ts';

interface Digest {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
}

interface Expected {
  readonly attributes: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;
  readonly datasets: Readonly<Record<string, Digest>>;
  readonly layers?: readonly (readonly [string, readonly Digest[]])[];
  readonly optimizer?: readonly Digest[];
}

const names = listFixtures('h5/')
  .map(({ path }) => path)
  .filter((path) => path.endsWith('.h5'));
const of = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name));

function expected(name: string): Expected {
  return JSON.parse(new TextDecoder().decode(readFixture(`${name}.json`)));
}

async function digest(tensor: LazyTensor): Promise<Digest> {
  const bytes = encodeTensor(await tensor.read());
  return {
    dtype: tensor.dtype,
    shape: tensor.shape,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function* walk(group: H5Group): AsyncGenerator<H5Group | H5Dataset> {
  yield group;
  for (const name of await group.names()) {
    const child = await group.open(name);
    if (child?.kind === 'group') yield* walk(child);
    else if (child !== undefined) yield child;
  }
}

async function contents(name: string): Promise<Pick<Expected, 'attributes' | 'datasets'>> {
  const attributes: Record<string, Record<string, readonly unknown[]>> = {};
  const datasets: Record<string, Digest> = {};
  for await (const object of walk(await openH5(fixturePath(name)))) {
    const values: Record<string, readonly unknown[]> = {};
    for (const attribute of await object.attributeNames()) {
      values[attribute] = (await object.attribute(attribute))?.values ?? [];
    }
    if (Object.keys(values).length > 0) attributes[object.path] = values;
    if (object.kind === 'dataset') datasets[object.path] = await digest(await object.tensor());
  }
  return { attributes, datasets };
}

test('there are fixtures of four releases of Keras and of h5py alone', () => {
  const folders = new Set(names.map((name) => name.split('/')[1]));
  expect([...folders].sort()).toEqual([
    'h5py-3.16.0',
    'keras-3.15.1',
    'tf-2.10.1',
    'tf-2.15.1',
    'tf-2.4.4',
  ]);
});

test.each(of(/^(?!.*lzf)/))(
  '%s has the attributes and datasets that h5py finds in it',
  async (name) => {
    const { attributes, datasets } = expected(name);
    expect(await contents(name)).toEqual({ attributes, datasets });
  },
  30_000,
);

test('a dataset compressed by a plugin is refused by name, and everything else of its file is read', async () => {
  const root = await openH5(fixturePath('h5/h5py-3.16.0/lzf.h5'));
  const dataset = await root.open('model_weights/first/kernel:0');
  if (dataset?.kind !== 'dataset') throw new Error('no dataset');
  const tensor = await dataset.tensor();
  expect(tensor.shape).toEqual([5, 6]);
  await expect(tensor.read()).rejects.toMatchObject({
    code: 'KM_UNSUPPORTED',
    message: expect.stringContaining('filter 32000'),
  });
});

test.each(of(/(compiled|trained|weights|split|float16)\.h5$/).filter((name) => !/v3/.test(name)))(
  '%s gives the weights of each layer in the order of Keras',
  async (name) => {
    const { layers } = await readWeightsH5(fixturePath(name));
    const found = await Promise.all(
      layers.map(async (layer) => [
        layer.name,
        await Promise.all(layer.weights.map(({ tensor }) => digest(tensor))),
      ]),
    );
    expect(found).toEqual(expected(name).layers);
  },
);

test.each(of(/trained\.h5$/))(
  '%s gives the optimizer state in the order of Keras',
  async (name) => {
    const { optimizerWeights } = await readModelH5(fixturePath(name));
    const found = await Promise.all((optimizerWeights ?? []).map(({ tensor }) => digest(tensor)));
    // Keras 3 counts the learning rate among the variables of an optimizer, as its file does.
    expect(found).toEqual(expected(name).optimizer);
  },
);

test.each([
  ['h5/tf-2.4.4/compiled.h5', undefined],
  ['h5/tf-2.10.1/compiled.h5', undefined],
  ['h5/tf-2.15.1/compiled.h5', ['iteration:0']],
  ['h5/keras-3.15.1/compiled.h5', ['adam/iteration', 'adam/learning_rate']],
])('%s, compiled but not trained, has the optimizer weights %j', async (name, weights) => {
  const { optimizerWeights, trainingConfig } = await readModelH5(fixturePath(name));
  expect(optimizerWeights?.map((weight) => weight.name)).toEqual(weights);
  expect(JSON.parse(trainingConfig ?? '')).toHaveProperty('loss');
});

test.each([
  ['h5/tf-2.4.4/trained.h5', '2.4.0', undefined],
  ['h5/tf-2.10.1/trained.h5', '2.10.0', []],
  ['h5/tf-2.15.1/trained.h5', '2.15.0', []],
  ['h5/keras-3.15.1/trained.h5', '3.15.1', []],
])('%s names its Keras %s and has the top-level weights %j', async (name, version, top) => {
  const model = await readModelH5(fixturePath(name));
  expect(model.kerasVersion).toBe(version);
  expect(model.topLevelWeights).toEqual(top);
  expect(JSON.parse(model.modelConfig)).toHaveProperty('class_name');
});

test.each([
  ['h5/tf-2.15.1/v3.weights.h5', 'layers/sequential/layers/dense/vars', undefined],
  ['h5/keras-3.15.1/v3.weights.h5', 'layers/sequential/layers/dense/vars', 'deep'],
])('%s gives its variables by object', async (file, path, name) => {
  const objects = await readWeightsV3(fixturePath(file));
  const dense = objects.get(path.replace(/\/vars$/, ''));
  expect(dense?.name).toBe(name);
  const { datasets } = expected(file);
  const wanted = [datasets[`/${path}/0`], datasets[`/${path}/1`]];
  expect(await Promise.all(dense?.variables.map(digest) ?? [])).toEqual(wanted);
  expect(objects.get('layers/dropout')).toMatchObject({ variables: [] });
  const count = [...objects.values()].reduce((sum, { variables }) => sum + variables.length, 0);
  expect(count).toBe(Object.keys(datasets).length);
});

test.each([
  ['h5/tf-2.4.4/trained.h5', 'model'],
  ['h5/keras-3.15.1/trained.h5', 'model'],
  ['h5/tf-2.10.1/weights.h5', 'weights'],
  ['h5/tf-2.15.1/v3.weights.h5', 'weights-v3'],
  ['h5/keras-3.15.1/v3.weights.h5', 'weights-v3'],
])('%s holds a %s', async (name, kind) => {
  expect(await detectH5Kind(readFixture(name))).toBe(kind);
});

test.each(of(/(trained|split|bfloat16)\.h5$/))(
  '%s, written again, has the same attributes and datasets',
  async (name) => {
    const { chunks } = encodeModelH5(await readModelH5(fixturePath(name)));
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks()) parts.push(chunk);
    const again = await readModelH5(new Uint8Array(Buffer.concat(parts)));
    const before = await readModelH5(fixturePath(name));
    expect(JSON.stringify(again)).toBe(JSON.stringify(before));
    const digests = await Promise.all(
      [...again.layers.flatMap(({ weights }) => weights), ...(again.optimizerWeights ?? [])].map(
        async ({ tensor }) => (await digest(tensor)).sha256,
      ),
    );
    const wanted = Object.values(expected(name).datasets).map(({ sha256 }) => sha256);
    expect(digests.sort()).toEqual(wanted.sort());
  },
);
