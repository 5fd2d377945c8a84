import { memoryStore } from '@km/core';
import { Input, layers, Model, models, optimizers, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { fileOf } from './fixture-models.ts';
import { expectClose, numbers } from './scenarios-support.ts';

beforeAll(() => ready());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);
const y = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 1], [2, 2]);

/** Saves a model as HDF5 and loads it again. */
async function again(model: Model, args: models.LoadModelArguments = {}): Promise<Model> {
  const place = { store: memoryStore(), path: 'm.h5' };
  await model.save(place);
  return models.load_model(place, args);
}

const stack = (): Sequential =>
  new Sequential([
    new layers.Dense({ units: 4, name: 'd1', activation: 'relu', input_shape: [3] }),
    new layers.Dense({ units: 2, name: 'd2' }),
  ]);

test('a stack that was never compiled predicts the same [TestWholeModelSaving.test_sequential_model_saving_without_compile] [LoadModelTests.test_load_h5_format]', async () => {
  const model = stack();
  const loaded = await again(model);
  expect(loaded.compiled).toBe(false);
  expectClose(loaded.apply(x()), model.apply(x()));
});

test('a stack that its first batch built goes on as it is [TestWholeModelSaving.test_sequential_model_saving_without_input_shape]', async () => {
  const model = new Sequential([
    new layers.Dense({ units: 2 }),
    new layers.RepeatVector({ n: 3 }),
    new layers.TimeDistributed({ layer: new layers.Dense({ units: 3 }) }),
  ]);
  model.compile({
    loss: 'mse',
    optimizer: new optimizers.RMSprop({ learning_rate: 0.0001 }),
    metrics: ['categorical_accuracy'],
    weighted_metrics: ['mae'],
  });
  const [given, wanted] = [tf.randomUniform([1, 3]), tf.randomUniform([1, 3, 3])];
  await model.train_on_batch(given, wanted);
  const loaded = await again(model);
  const evaluated = (of: Model): Promise<unknown> => of.evaluate(given, wanted, { verbose: 0 });
  expectClose(await evaluated(loaded), await evaluated(model));
  const step = (of: Model): Promise<unknown> => of.train_on_batch(given, wanted);
  expectClose(await step(loaded), await step(model));
});

test('a model that was compiled and never trained comes back compiled [TestWholeModelSaving.test_saving_without_compilation] [Saving model without calling fit first]', async () => {
  const model = stack();
  model.compile({ loss: 'mse', optimizer: 'sgd', metrics: ['acc'] });
  const loaded = await again(model);
  expect(loaded.compiled).toBe(true);
  expectClose(await loaded.train_on_batch(x(), y()), await model.train_on_batch(x(), y()));
  expect(Number(loaded.optimizer?.iterations.numpy())).toBe(1);
});

class Rounding extends optimizers.SGD {
  static override readonly className: string = 'Rounding';
}
const distance = (y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor =>
  tf.mean(tf.abs(tf.sub(y_true, y_pred)), -1);

test('an optimizer and a loss of the user come by custom_objects [TestWholeModelSaving.test_sequential_model_saving_2]', async () => {
  const model = stack();
  model.compile({ optimizer: new Rounding(), loss: distance });
  await model.train_on_batch(x(), y());
  const loaded = await again(model, { custom_objects: { Rounding, distance } });
  expect(loaded.optimizer).toBeInstanceOf(Rounding);
  expectClose(loaded.apply(x()), model.apply(x()));
  expectClose(await loaded.train_on_batch(x(), y()), await model.train_on_batch(x(), y()));
});

test('names of 32,000 letters are split among attributes [TestWholeModelSaving.test_saving_model_with_long_layer_names]', async () => {
  const inputs = Input({ shape: [3], name: `input_${'x'.repeat(2 ** 15)}` });
  const parts = [1, 2, 3].map((i) => new layers.Dense({ units: 1, name: `d${i}` }).apply(inputs));
  const model = new Model({ inputs, outputs: new layers.Concatenate().apply(parts) });
  expectClose((await again(model)).apply(x()), model.apply(x()));
});

test('many weights of long names in a nested model are split among attributes [TestWholeModelSaving.test_saving_model_with_long_weights_names]', async () => {
  const input = Input({ shape: [3], name: 'nested_model_input' });
  let hidden = input;
  for (let i = 0; i < 4; i += 1) {
    const name = `nested_model_dense_${'x'.repeat(4000)}_${i}`;
    hidden = new layers.Dense({ units: 3, name }).apply(hidden);
  }
  const inner = new Model({ inputs: input, outputs: hidden, name: 'nested_model' });
  const outer = Input({ shape: [3], name: 'model_input' });
  const model = new Model({ inputs: outer, outputs: inner.apply(outer) });
  expectClose((await again(model)).apply(x()), model.apply(x()));
});

test('a name may begin with the name of another layer and a slash [TestWholeModelSaving.test_saving_group_naming_h5py]', async () => {
  const inputs = Input({ shape: [3] });
  const first = new layers.Dense({ units: 3, name: 'conv1/conv' }).apply(inputs);
  const model = new Model({
    inputs,
    outputs: new layers.Dense({ units: 2, name: 'conv1' }).apply(first),
  });
  const place = { store: memoryStore(), path: 'w.h5' };
  await model.save_weights(place);
  const before = model.weights.map(numbers);
  for (const weight of model.weights) weight.assign_values(new Float32Array(weight.size));
  await model.load_weights(place);
  expect(model.weights.map(numbers)).toEqual(before);
});

test.each([
  [
    'a graph',
    (): Model => {
      const inputs = Input({ shape: [3] });
      return new Model({ inputs, outputs: new layers.Dense({ units: 2 }).apply(inputs) });
    },
  ],
  ['a stack', (): Model => new Sequential([new layers.Dense({ units: 2, input_shape: [3] })])],
  ['a stack without shape', (): Model => new Sequential([new layers.Dense({ units: 2 })])],
])(
  'a sum of two uses of a nested model predicts the same: %s [TestWholeModelSavingWithNesting.test_functional]',
  async (_, make) => {
    const [a, b] = [Input({ shape: [3] }), Input({ shape: [3] })];
    const inner = make();
    const outputs = new layers.Add().apply([inner.apply(a), inner.apply(b)]);
    const model = new Model({ inputs: [a, b], outputs });
    const given = [x(), tf.mul(x(), 3)];
    expectClose((await again(model, { compile: false })).apply(given), model.apply(given), 1e-9);
  },
);

test('weights of a stack load into its twin [TestWeightSavingAndLoading.test_sequential_weight_loading]', async () => {
  const [model, twin] = [stack(), stack()];
  const place = { store: memoryStore(), path: 'w.h5' };
  await model.save_weights(place);
  await twin.load_weights(place);
  expectClose(twin.apply(x()), model.apply(x()));
});

test('a layer of other weights is named with its numbers, and left out by skip_mismatch [TestWeightSavingAndLoading.test_sequential_weight_loading_group_name_with_incorrect_length]', async () => {
  const model = stack();
  const place = { store: memoryStore(), path: 'w.h5' };
  await model.save_weights(place);
  const other = new Sequential([
    new layers.Dense({ units: 4, name: 'd1', use_bias: false, input_shape: [3] }),
    new layers.Dense({ units: 2, name: 'd2' }),
  ]);
  await expect(other.load_weights(place, true)).rejects.toThrow(/d1.*\b1\b.*\b2\b/s);
  await other.load_weights(place, true, true);
  expectClose(other.get_layer('d2').weights, model.get_layer('d2').weights);
});

test('a weight of another shape is named with both, and left out by skip_mismatch [TestWeightSavingAndLoading.test_sequential_weight_loading_group_name_with_incorrect_shape]', async () => {
  const model = stack();
  const place = { store: memoryStore(), path: 'w.h5' };
  await model.save_weights(place);
  const other = new Sequential([
    new layers.Dense({ units: 5, name: 'd1', input_shape: [3] }),
    new layers.Dense({ units: 2, name: 'd2', input_shape: [5] }),
  ]);
  await expect(other.load_weights(place, true)).rejects.toThrow(
    /d1\/kernel:0 of shape \(3, 4\) .* of shape \(3, 5\)/,
  );
  const before = numbers(other.get_layer('d1').weights);
  await other.load_weights(place, true, true);
  expect(numbers(other.get_layer('d1').weights)).toEqual(before);
});

test.each([
  ['SGD [SGD]', () => new optimizers.SGD({ learning_rate: 0.2 })],
  ['RMSprop [RMSProp]', () => new optimizers.RMSprop()],
  ['Adadelta [Adadelta]', () => new optimizers.Adadelta()],
  ['Adam [Adam as explicit object]', () => new optimizers.Adam()],
  ['momentum [Momentum]', () => new optimizers.SGD({ momentum: 0.9 })],
])('the state of the optimizer goes on after loading: %s', async (_, make) => {
  const model = stack();
  model.compile({ optimizer: make(), loss: 'mse' });
  await model.train_on_batch(x(), y());
  const loaded = await again(model);
  expectClose(loaded.optimizer?.variables, model.optimizer?.variables);
  for (let step = 0; step < 2; step += 1) {
    expectClose(await loaded.train_on_batch(x(), y()), await model.train_on_batch(x(), y()));
  }
});

test('an axis of a layer of two inputs comes back [LegacyH5WholeModelTest.test_model_loading_with_axis_arg]', async () => {
  const inputs = [Input({ shape: [2], name: 'a' }), Input({ shape: [2], name: 'b' })];
  const joined = new layers.Concatenate({ axis: 1 }).apply(inputs);
  const model = new Model({ inputs, outputs: new layers.Dense({ units: 1 }).apply(joined) });
  const given = [tf.ones([2, 2]), tf.zeros([2, 2])];
  expectClose((await again(model)).apply(given), model.apply(given));
});

test('without the optimizer a file of tf.keras still predicts [LegacyH5BackwardsCompatTest.test_saving_include_optimizer_false]', async () => {
  const model = await models.load_model(fileOf('2.15.1', 'dense.h5'));
  const place = { store: memoryStore(), path: 'm.h5' };
  await model.save(place, { include_optimizer: false });
  const loaded = await models.load_model(place);
  expect(loaded.optimizer).toBeNull();
  const given = tf.ones([2, 4, 4]);
  expectClose(loaded.apply(given), model.apply(given));
});
