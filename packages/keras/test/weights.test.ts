import { isKmError, memoryStore } from '@km/core';
import { layers, models, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { digests, expectedOf, fileOf, MODELS, VERSIONS } from './fixture-models.ts';

const FORMATS = ['weights-h5', 'checkpoint', 'weights-v3', 'keras', 'h5'];
const cases = VERSIONS.flatMap((version) =>
  MODELS.flatMap((model) => {
    const { files } = expectedOf(version, model);
    return FORMATS.filter((format) => files[format] !== undefined).map(
      (format) => [version, model, format] as const,
    );
  }),
);

beforeAll(() => ready());

async function emptied(version: string, name: string): Promise<models.Model> {
  const { files } = expectedOf(version, name);
  const model = await models.load_model(fileOf(version, files.h5 ?? ''));
  for (const variable of model.weights) variable.assign(tf.zeros([...variable.shape]));
  return model;
}

test.each(cases)('weights of TensorFlow %s (%s) load from %s', async (version, name, format) => {
  const expected = expectedOf(version, name);
  const model = await emptied(version, name);
  const report = await model.load_weights(fileOf(version, expected.files[format] ?? ''));
  expect(digests(model.weights)).toEqual(expected.weights.map(({ sha256 }) => sha256));
  expect(report).toMatchObject({ missing: [], mismatched: [] });
});

test.each([
  ['w.h5', ['w.h5']],
  ['w.weights.h5', ['w.weights.h5']],
  ['run/w', ['run/checkpoint', 'run/w.data-00000-of-00001', 'run/w.index']],
])('save_weights to %s writes %p, which load into a fresh model', async (path, keys) => {
  const expected = expectedOf('2.15.1', 'cnn');
  const model = await models.load_model(fileOf('2.15.1', 'cnn.h5'));
  const store = memoryStore();
  await model.save_weights({ store, path });
  expect([...store.objects.keys()].sort()).toEqual(keys);
  const fresh = await emptied('2.15.1', 'cnn');
  await fresh.load_weights({ store, path });
  expect(digests(fresh.weights)).toEqual(expected.weights.map(({ sha256 }) => sha256));
});

function pair(units: number, name = 'head'): Sequential {
  return new Sequential([
    new layers.Dense({ units: 4, input_shape: [3], name: 'body' }),
    new layers.Dense({ units, name }),
  ]);
}

test('by_name fills the layers of the same name and reports the rest', async () => {
  const store = memoryStore();
  const source = pair(2);
  await source.save_weights({ store, path: 'w.h5' });
  const target = pair(5, 'other');
  const report = await target.load_weights({ store, path: 'w.h5' }, { by_name: true });
  expect(digests(target.get_layer('body').weights)).toEqual(
    digests(source.get_layer('body').weights),
  );
  expect(report).toMatchObject({
    missing: ['other/kernel', 'other/bias'],
    extra: ['head/kernel:0', 'head/bias:0'],
  });
});

test('skip_mismatch leaves out what does not fit and says so', async () => {
  const store = memoryStore();
  await pair(2).save_weights({ store, path: 'w.h5' });
  const target = pair(5);
  const report = await target.load_weights({ store, path: 'w.h5' }, true, true);
  expect(report).toMatchObject({
    mismatched: [
      { variable: 'head/kernel', storedShape: [4, 2], variableShape: [4, 5] },
      { variable: 'head/bias', storedShape: [2], variableShape: [5] },
    ],
  });
});

test('a shape that does not fit is an error that names both shapes', async () => {
  const store = memoryStore();
  await pair(2).save_weights({ store, path: 'w.h5' });
  const loaded = pair(5).load_weights({ store, path: 'w.h5' });
  await expect(loaded).rejects.toThrow(/head\/kernel.*\(4, 2\).*\(4, 5\)/);
});

test('a checkpoint that holds more than the model is an error unless it is expected', async () => {
  const store = memoryStore();
  await pair(2).save_weights({ store, path: 'ckpt' });
  const less = new Sequential([new layers.Dense({ units: 4, input_shape: [3] })]);
  const error = await less.load_weights({ store, path: 'ckpt' }).catch((caught: unknown) => caught);
  expect(isKmError(error, 'KM_MALFORMED')).toBe(true);
  const report = await less.load_weights({ store, path: 'ckpt' }, { expect_partial: true });
  expect(report).toMatchObject({
    extra: [expect.stringContaining('kernel'), expect.stringContaining('bias')],
  });
});

test.each(['h5', 'keras', 'tf'])(
  'weights of activations that are layers are saved and loaded as %s',
  async (save_format) => {
    const made = new Sequential({
      layers: [
        new layers.Dense({
          units: 2,
          input_shape: [3],
          activation: new layers.PReLU({ alpha_initializer: 'ones' }),
        }),
      ],
    });
    expect(made.weights).toHaveLength(3);
    made.weights.forEach((weight, i) => {
      weight.assign_values(Float32Array.from({ length: weight.size }, (_, k) => i + 0.25 * k - 2));
    });
    const store = memoryStore();
    await made.save({ store, path: 'model' }, { save_format });
    const loaded = await models.load_model({ store, path: 'model' });
    expect(digests(loaded.weights)).toEqual(digests(made.weights));
  },
);
