import { getClassName, type Model, models, ready } from '@km/keras';
import { readSavedModel } from '@km/savedmodel';
import { fixturePath } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import {
  again,
  expectClose,
  expectedOf,
  loadKeras,
  lossesOf,
  member,
  notedOf,
  placeOf,
  recordedOf,
  saved,
} from './scenarios-support.ts';

beforeAll(() => ready());

function namesOf(model: Model): (readonly [string, string])[] {
  return model.layers.map((layer) => [getClassName(layer), layer.name]);
}

/** Calls a model as Keras did, and compares outputs and losses. */
function expectAsRecorded(name: string, model: Model): void {
  const { x, y, true: training } = expectedOf(name, 'x', 'y', 'true');
  expectClose(model.apply(x), y);
  expectClose(lossesOf(model), recordedOf(name).losses?.data ?? []);
  expectClose(model.apply(x, { training: true }), training);
}

test('a model of all kinds of layers and models is revived part by part [TestBigModelRevive.test_revive]', async () => {
  const model = await loadKeras('big');
  expectAsRecorded('big', model);
  expect(getClassName(model)).toBe('Big');
  expect(namesOf(model)).toEqual([
    ['Own', 'own'],
    ['Configured', 'configured'],
    ['Block', 'block'],
    ['Functional', 'inner_net'],
    ['Sequential', 'stack'],
    ['Own', 'several_0'],
    ['Dense', 'several_1'],
  ]);
  expect(member(model, 'configured')).toBe(member(model, 'functional.layers.2'));
  expect(namesOf(member(model, 'functional') as Model)).toEqual([
    ['InputLayer', expect.any(String)],
    ['Sequential', 'inner_stack'],
    ['Configured', 'configured'],
  ]);
});

test('a stack of a class of its own keeps its layers [TestModelRevive.test_revive_unregistered_sequential]', async () => {
  const model = await loadKeras('stack');
  expectAsRecorded('stack', model);
  expect(namesOf(model).map(([, name]) => name)).toEqual(['a', 'b']);
});

test.each(['default_net', 'net'])(
  'a functional model of an unknown class is revived: %s [TestModelRevive.test_revive_network] [TestModelRevive.test_functional_subclass]',
  async (name) => {
    const model = await models.load_model(await placeOf(name), { compile: false });
    expectAsRecorded(name, model);
    expect(model.name).toBe(name);
  },
);

test('a revived model knows the shape that it was called with, and is saved again [TestModelRevive.test_revived_model_has_save_spec]', async () => {
  const model = await loadKeras('block');
  expectAsRecorded('block', model);
  const place = await saved(model);
  const noted = notedOf(await readSavedModel(place), 'root');
  expect(noted.build_input_shape).toMatchObject({ items: [4, 3] });
  const { x, y } = expectedOf('block', 'x', 'y');
  expectClose((await models.load_model(place)).apply(x), y);
});

test('metadata of before 2.6 say what a model is called with [TestUpdateMetadata.testAddFullSaveSpec]', async () => {
  const model = await models.load_model(fixturePath('savedmodel/tf-2.4.4/keras'));
  const noted = notedOf(await readSavedModel(await saved(model)), 'root');
  expect(JSON.stringify(noted.full_save_spec)).toContain('[null, 3]'.replace(' ', ''));
});

test('a class with the name of a built-in one works by its functions', async () => {
  const model = await loadKeras('metrics');
  expect(getClassName(model)).toBe('Wrapper');
  const x = tf.tensor2d([[1, 2]]);
  expectClose(model.apply(x), x);
});

const METRICS = ['mean', 'positives', 'recall', 'error', 'area', 'means'] as const;

test('metrics of a model come back with their state and count on [MetricTest.test_metric]', async () => {
  const model = await loadKeras('metrics');
  const recorded = recordedOf('metrics');
  for (const name of METRICS) {
    const metric = member(model, name) as {
      readonly variables: readonly unknown[];
      result(): tf.Tensor;
      update_state(...args: unknown[]): unknown;
    };
    const states = Object.keys(recorded).filter((key) => new RegExp(`^${name}_\\d$`).test(key));
    expect([name, metric.variables.length]).toEqual([name, states.length]);
    for (const [i, key] of states.entries()) {
      expectClose(metric.variables[i], recorded[key]?.data ?? []);
    }
    expectClose(metric.result(), recorded[`${name}_result`]?.data ?? []);
    const values = name.startsWith('mean')
      ? [tf.tensor1d([2, 4])]
      : [tf.tensor1d([0, 1]), tf.tensor1d([0.5, 0.25])];
    metric.update_state(...values);
    expectClose(metric.result(), recorded[`${name}_updated`]?.data ?? []);
    metric.update_state(...values, tf.tensor1d([0.25, 0.5]));
    expectClose(metric.result(), recorded[`${name}_weighted`]?.data ?? []);
  }
});

test('a metric of an unknown class is left out, and the report says so [MetricTest.test_custom_metric]', async () => {
  const model = await loadKeras('metrics');
  expect(member(model, 'fives')).toBeUndefined();
  expect(models.load_report(model)?.notes.join()).toMatch(/metric fives of class Fives/);
  const twice = await again(model);
  expect(member(twice, 'mean')).toBeDefined();
});
