import { memoryStore } from '@km/core';
import { Input, layers, Model, models, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, numbers, saved } from './scenarios-support.ts';

beforeAll(() => ready());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

const stack = (): Sequential =>
  new Sequential([
    new layers.Dense({ units: 4, name: 'a', input_shape: [3] }),
    new layers.Dense({ units: 2, name: 'b' }),
  ]);

function nested(): Model {
  const inner = new Sequential([
    new layers.Conv2D({ filters: 2, kernel_size: 3, input_shape: [6, 6, 1] }),
    new layers.BatchNormalization(),
  ]);
  const inputs = Input({ shape: [6, 6, 1] });
  const flat = new layers.Flatten().apply(inner.apply(inputs));
  return new Model({ inputs, outputs: new layers.Dense({ units: 2 }).apply(flat) });
}

test.each(['w.h5', 'w', 'w.weights.h5'])(
  'weights of nested models go to a twin by %s [TestWeightSavingAndLoading.test_nested_model_weight_loading]',
  async (path) => {
    const [model, twin] = [nested(), nested()];
    const place = { store: memoryStore(), path };
    await model.save_weights(place);
    await twin.load_weights(place);
    const given = tf.randomUniform([2, 6, 6, 1]);
    expectClose(twin.apply(given), model.apply(given));
  },
);

test.each(['h5', 'tf'])(
  'load_weights takes the weights of a whole model: %s [TestWeightSavingAndLoading.test_load_weights_from_saved_model]',
  async (save_format) => {
    const [model, twin] = [stack(), stack()];
    const place = await saved(model, { save_format });
    await twin.load_weights(place);
    expectClose(twin.apply(x()), model.apply(x()));
  },
);

test('weights of a stack in a stack are listed from outside in, and set in that order [getWeights() works for nested sequential model] [setWeights() works for nested sequential model]', () => {
  const inner = new Sequential([
    new layers.Dense({ units: 2, input_shape: [3] }),
    new layers.Dense({ units: 2 }),
  ]);
  const outer = new Sequential([inner, new layers.Dense({ units: 1 })]);
  expect(outer.get_weights().map(({ shape }) => shape)).toEqual([
    [3, 2],
    [2],
    [2, 2],
    [2],
    [2, 1],
    [1],
  ]);
  const values = outer.get_weights().map(({ shape }) => tf.fill([...shape], shape.length));
  outer.set_weights(values);
  expect(inner.get_weights().map(numbers)).toEqual([
    [2, 2, 2, 2, 2, 2],
    [1, 1],
    [2, 2, 2, 2],
    [1, 1],
  ]);
});

test('an evaluation before compile says what to do [Calling evaluate before compile leads to error]', async () => {
  const evaluated = (async () => stack().evaluate(x(), tf.ones([2, 2])))();
  await expect(evaluated).rejects.toThrow(/compile/);
});

test('the JSON of a model is the same after a round trip [Repeated saving and loading of LayersModel works]', () => {
  const first = models.model_from_json(stack().to_json());
  expect(models.model_from_json(first.to_json()).to_json()).toBe(first.to_json());
});

test.each(['int32', 'float32', 'bool'] as const)(
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the name of the scenario has it.
  'inputs of %s are predicted from, in float32 [predict() works with input dtype ${dtype}.]',
  async (dtype) => {
    const model = new Sequential([
      new layers.Dense({ units: 1, kernel_initializer: 'ones', input_shape: [3] }),
    ]);
    const made = (await model.predict(tf.ones([2, 3], dtype))) as tf.Tensor;
    expect(made.dtype).toBe('float32');
    expect(numbers(made)).toEqual([3, 3]);
  },
);

test('a fixed model has the loss that one can work out [compile() and evaluate()] [predict() threads data through the model.]', async () => {
  const model = new Sequential([
    new layers.Dense({ units: 10, kernel_initializer: 'ones', input_shape: [1] }),
    new layers.Dense({ units: 1, kernel_initializer: 'ones' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const ones = tf.ones([4, 1]);
  expect(numbers((await model.predict(ones)) as tf.Tensor)).toEqual([10, 10, 10, 10]);
  expect(numbers(await model.evaluate(ones, tf.neg(ones), { verbose: 0 }))).toEqual([121]);
});

test('loading makes no tensors but those of weights that were used, and disposing frees them [loadLayersModel: no memory leak during model loading]', async () => {
  const place = await saved(stack(), { save_format: 'h5' });
  const before = tf.memory().numTensors;
  const model = await models.load_model(place);
  tf.dispose(model.apply(x()));
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(model.weights.length + 1);
  model.dispose();
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
});

const DTYPES = ['float16', 'bfloat16', 'float32', 'float64'] as const;

test.each(DTYPES.flatMap((from) => DTYPES.map((to) => [from, to] as const)))(
  'weights of %s are cast to %s [LoadWeightsTests.test_load_weights]',
  async (from, to) => {
    const make = (dtype: string): Model =>
      new Sequential([Input({ shape: [2] }), new layers.Dense({ units: 1, dtype })]);
    const [model, other] = [make(from), make(to)];
    for (const path of ['w.weights.h5', 'w.h5']) {
      const place = { store: memoryStore(), path };
      await model.save_weights(place);
      await other.load_weights(place);
      expect(other.weights.map((weight) => weight.record().dtype)).toEqual([to, to]);
      expectClose(other.weights, model.weights, 0.01);
    }
  },
);
