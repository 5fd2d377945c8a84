import { isKmError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { KerasTensor } from '../src/engine/keras-tensor.ts';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

test('every class of the table can be found by the name it has', () => {
  for (const [name, owner] of layers.builtinLayers()) {
    expect(owner).toHaveProperty('className');
    expect(typeof name).toBe('string');
  }
  expect(layers.builtinLayers().get('BatchNormalizationV1')).toBe(layers.BatchNormalization);
});

test('an argument that no layer has is an error that names it', () => {
  const config = { units: 2, colour: 'red' } as layers.DenseConfig;
  expect(() => new layers.Dense(config)).toThrow(/colour/);
});

test('impossible arguments are errors', () => {
  expect(() => new layers.Dense({ units: 0 })).toThrow(RangeError);
  expect(() => new layers.Conv2D({ filters: 3, kernel_size: 2, groups: 2 })).toThrow(/groups/);
  expect(() => new layers.Conv2D({ filters: 1, kernel_size: 2, padding: 'causal' })).toThrow(
    /padding/,
  );
  expect(() => new layers.Permute({ dims: [1, 3] })).toThrow(/dims/);
  expect(() => new layers.Reshape({ target_shape: [-1, -1] })).toThrow(/open/);
  expect(() => new layers.Dropout({ rate: 1.5 })).toThrow(/rate/);
});

test('inputs that cannot be reshaped are an error that shows both shapes', () => {
  const layer = new layers.Reshape({ target_shape: [4] });
  expect(() => layer.apply(tf.zeros([2, 3]))).toThrow(/\[3\].*\[4\]/);
});

const PYTHON = { function: ['4wEAAAA=', null, null], function_type: 'lambda', module: '__main__' };

test('Python code of a Lambda is not run, and the error says how to pass a function', () => {
  const config = { name: 'mean_of_all', ...PYTHON, output_shape: null, output_shape_type: 'raw' };
  try {
    layers.deserialize({ class_name: 'Lambda', config });
    throw new Error('It was made.');
  } catch (error) {
    expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
    expect(String(error)).toMatch(/custom_objects.*mean_of_all/);
  }
});

test('a function passed under the name of a Lambda stands in for its Python code, which is kept for saving', () => {
  const config = {
    name: 'double',
    ...PYTHON,
    output_shape: null,
    output_shape_type: 'raw',
    arguments: { factor: 2 },
  };
  const double = (x: tf.Tensor, { factor }: { factor: number }): tf.Tensor => tf.mul(x, factor);
  const layer = layers.deserialize({ class_name: 'Lambda', config }, { double } as never);
  expect([...layer.apply(tf.tensor1d([1, 2])).dataSync()]).toEqual([2, 4]);
  expect(layer.get_config()).toMatchObject({ ...PYTHON, arguments: { factor: 2 } });
});

test('a stateful layer goes on from batch to batch until its states are reset', () => {
  const layer = new layers.SimpleRNN({ units: 1, stateful: true, activation: 'linear' });
  const x = tf.ones([1, 1, 1]);
  layer.apply(x);
  layer.cell.set_weights([[[1]], [[1]], [0]]);
  layer.reset_states();
  const outputs = [0, 1, 2].map(() => layer.apply(x).dataSync()[0]);
  expect(outputs).toEqual([1, 2, 3]);
  layer.reset_states([[[5]]]);
  expect(layer.apply(x).dataSync()[0]).toBe(6);
});

test('symbolic initial states travel with the inputs as one list', () => {
  const x = layers.Input({ shape: [3, 2] });
  const h = layers.Input({ shape: [4] });
  const c = layers.Input({ shape: [4] });
  const layer = new layers.LSTM({ units: 4, return_state: true });
  const outputs = layer.apply<KerasTensor[]>(x, { initial_state: [h, c] });
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [null, 4],
    [null, 4],
    [null, 4],
  ]);
  expect(layer.input).toHaveLength(3);
});

test('dropout with a seed repeats its sequence, and does nothing outside of training', () => {
  const x = tf.ones([20]);
  const draw = (): number[] => {
    const layer = new layers.Dropout({ rate: 0.5, seed: 7 });
    const first = layer.apply(x, { training: true });
    const second = layer.apply(x, { training: true });
    return [...first.dataSync(), ...second.dataSync()];
  };
  const values = draw();
  expect(values.slice(0, 20)).not.toEqual(values.slice(20));
  expect(new Set(values)).toEqual(new Set([0, 2]));
  const layer = new layers.Dropout({ rate: 0.5 });
  expect([...layer.apply(x).dataSync()]).toEqual(new Array(20).fill(1));
});

test('a frozen batch normalization does not move its averages', () => {
  const layer = new layers.BatchNormalization();
  const x = tf.tensor2d([1, 2, 3, 4], [4, 1]);
  layer.apply(x, { training: true });
  const moved = layer.moving_mean.values()[0];
  expect(moved).toBeCloseTo(0.025, 6);
  layer.trainable = false;
  layer.apply(x, { training: true });
  expect(layer.moving_mean.values()[0]).toBe(moved);
});

test('configs of old recurrent layers mean what they meant then', () => {
  const gru = layers.deserialize({ class_name: 'GRU', config: { units: 2, implementation: 0 } });
  expect(gru.get_config()).toMatchObject({ reset_after: false, implementation: 1 });
});

test('normalization learns mean and variance from batches', () => {
  const layer = new layers.Normalization();
  layer.adapt(tf.tensor2d([1, 10, 3, 30, 5, 50], [3, 2]), 2);
  const y = layer.apply(tf.tensor2d([3, 30], [1, 2]));
  expect(y.dataSync()[0]).toBeCloseTo(0, 5);
  expect(layer.weights.map(({ name }) => name)).toEqual(['mean', 'variance', 'count']);
  expect(layer.count?.numpy()).toBe(3);
});

test('discretization learns boundaries and gives bin numbers', () => {
  const layer = new layers.Discretization({ num_bins: 2 });
  layer.adapt(tf.range(0, 101));
  expect(layer.bin_boundaries).toHaveLength(1);
  expect(Math.abs((layer.bin_boundaries[0] ?? 0) - 50)).toBeLessThan(2);
  expect([...layer.apply(tf.tensor1d([0, 100])).dataSync()]).toEqual([0, 1]);
});

test('a category that does not exist is an error', () => {
  const layer = new layers.CategoryEncoding({ num_tokens: 2 });
  expect(() => layer.apply(tf.tensor2d([[3]], [1, 1], 'int32'))).toThrow(/0 to 1/);
});

test('layers serve as activations, and their weights belong to the layer', () => {
  const leaky = { class_name: 'LeakyReLU', config: { name: 'leaky', alpha: 0.5 } };
  const config = { units: 1, kernel_initializer: 'ones', activation: leaky };
  const dense = layers.deserialize({ class_name: 'Dense', config });
  const x = tf.tensor2d([[-1, -2]]);
  expect([...dense.apply<tf.Tensor>(x).dataSync()]).toEqual([-1.5]);
  expect(dense.get_config().activation).toMatchObject(leaky);
  const activation = layers.deserialize({
    class_name: 'Activation',
    config: { activation: leaky },
  });
  expect([...activation.apply<tf.Tensor>(x).dataSync()]).toEqual([-0.5, -1]);
  const prelu = { class_name: 'PReLU', config: { name: 'prelu' } };
  const owner = layers.deserialize({
    class_name: 'Dense',
    config: { name: 'owner', units: 2, activation: prelu },
  });
  owner.apply(layers.Input({ shape: [3] }));
  const names = owner.trainable_weights.map(({ name }) => name);
  expect(names).toEqual(['owner/kernel', 'owner/bias', 'owner/prelu/alpha']);
});

test.each([
  ['Dense', layers.Dense, 'units'],
  ['LSTM', layers.LSTM, 'units'],
  ['Embedding', layers.Embedding, 'input_dim'],
] as const)('%s says that its arguments come by name', (_, type, missing) => {
  const make = type as unknown as new (argument: unknown) => object;
  expect(() => new make(3)).toThrow(`${missing} is missing. Arguments come by name`);
});
