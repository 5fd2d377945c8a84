import { isKmError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { KerasTensor } from '../src/engine/keras-tensor.ts';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

const symbol = (name: string): layers.Layer =>
  layers.deserialize({ class_name: 'TFOpLambda', config: { name: `tf.${name}`, function: name } });

test('functions of TensorFlow are applied by their names', () => {
  const x = tf.tensor2d([
    [1, -2],
    [3, -4],
  ]);
  expect(symbol('math.multiply').apply(x, { y: 2 }).arraySync()).toEqual([
    [2, -4],
    [6, -8],
  ]);
  expect(symbol('nn.relu').apply(x).arraySync()).toEqual([
    [1, 0],
    [3, 0],
  ]);
  const means = symbol('math.reduce_mean').apply(x, { axis: -1, keepdims: true });
  expect(means.arraySync()).toEqual([[-0.5], [-0.5]]);
  expect(symbol('concat').apply([x, x], { axis: 1 }).shape).toEqual([2, 4]);
  expect(symbol('reshape').apply(x, { shape: [-1, 4] }).shape).toEqual([1, 4]);
});

test('slices are taken as Python writes them', () => {
  const layer = layers.deserialize({
    class_name: 'SlicingOpLambda',
    config: { name: 'tf.__operators__.getitem', function: '__operators__.getitem' },
  });
  const x = tf.reshape(tf.range(0, 24), [2, 3, 4]);
  const all = { start: null, stop: null, step: null };
  const slice_spec = [all, -1, { start: null, stop: null, step: 2 }];
  expect(layer.apply(x, { slice_spec }).arraySync()).toEqual([
    [8, 10],
    [20, 22],
  ]);
});

test('shapes of symbolic tensors are found without values', () => {
  const x = layers.Input({ shape: [3, 4] });
  const y = symbol('math.reduce_sum').apply<KerasTensor>(x, { axis: 1 });
  expect(y.shape).toEqual([null, 4]);
});

test('an unknown function is refused with the way to pass it', () => {
  try {
    symbol('linalg.eigh_tridiagonal');
    throw new Error('It was made.');
  } catch (error) {
    expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
    expect(String(error)).toMatch(/custom_objects.*tf\.linalg\.eigh_tridiagonal/);
  }
  const config = { name: 'tf.double', function: 'double' };
  const double = (x: tf.Tensor): tf.Tensor => tf.mul(x, 2);
  const layer = layers.deserialize({ class_name: 'TFOpLambda', config }, {
    'tf.double': double,
  } as never);
  expect([...layer.apply(tf.tensor1d([1])).dataSync()]).toEqual([2]);
});

test('nodes of a graph are applied with their constants', () => {
  const node_def = {
    name: 'Sub',
    op: 'Sub',
    input: ['x/y', 'x'],
    attr: { T: { type: 'DT_FLOAT' } },
  };
  const config = { name: 'Sub', trainable: true, dtype: 'float32', node_def, constants: { 0: 1 } };
  const layer = layers.deserialize({ class_name: 'TensorFlowOpLayer', config });
  expect([...layer.apply(tf.tensor1d([0.25])).dataSync()]).toEqual([0.75]);
  expect(layer.get_config()).toMatchObject(config);
});

test('the functions of merging layers make a layer and call it', () => {
  const x = tf.tensor2d([[1, 5]]);
  const y = tf.tensor2d([[3, 2]]);
  const values = (z: tf.Tensor): number[] => [...z.dataSync()];
  expect(values(layers.add([x, y]))).toEqual([4, 7]);
  expect(values(layers.subtract([x, y]))).toEqual([-2, 3]);
  expect(values(layers.multiply([x, y]))).toEqual([3, 10]);
  expect(values(layers.average([x, y]))).toEqual([2, 3.5]);
  expect(values(layers.maximum([x, y]))).toEqual([3, 5]);
  expect(values(layers.minimum([x, y]))).toEqual([1, 2]);
  expect(values(layers.concatenate([x, y], { axis: 0 }))).toEqual([1, 5, 3, 2]);
  expect(values(layers.dot([x, y]))).toEqual([13]);
  const joined = layers.concatenate([layers.Input({ shape: [2] }), layers.Input({ shape: [3] })]);
  expect(joined.shape).toEqual([null, 5]);
});
