import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as activations from '../src/activations/index.ts';
import { ready } from '../src/engine/ready.ts';
import { LeakyReLU } from '../src/layers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

/** Values of TensorFlow 2.15.1 for −2, −0.5, 0 and 1.5. */
const VALUES: readonly (readonly [string, readonly number[]])[] = [
  ['gelu', [-0.04550027847290039, -0.1542687714099884, 0, 1.3997893333435059]],
  ['mish', [-0.2525014579296112, -0.22074377536773682, 0, 1.4033782482147217]],
  ['selu', [-1.5201665163040161, -0.6917581558227539, 0, 1.5760514736175537]],
  ['hard_sigmoid', [0.09999999403953552, 0.4000000059604645, 0.5, 0.800000011920929]],
  ['softsign', [-0.6666666865348816, -0.3333333432674408, 0, 0.6000000238418579]],
];

const input = (): tf.Tensor => tf.tensor2d([[-2, -0.5, 0, 1.5]]);

test.each(VALUES)('%s gives the values of TensorFlow', (name, wanted) => {
  const y = activations.get(name)(input());
  assertClose(y.dataSync(), wanted, { rtol: 1e-5, atol: 1e-6 }, name);
});

test('relu takes a slope, a cap and a threshold', () => {
  const y = activations.relu(input(), 0.1, 1, 0.2);
  assertClose(y.dataSync(), [-0.22, -0.07, -0.02, 1], { rtol: 1e-5, atol: 1e-7 });
});

test('softmax over several axes adds up to one', () => {
  const y = activations.softmax(tf.reshape(tf.range(0, 8), [2, 2, 2]), [1, 2]);
  assertClose(tf.sum(y, [1, 2]).dataSync(), [1, 1], { atol: 1e-6 });
});

test('softmax refuses a vector, as Keras does', () => {
  expect(() => activations.softmax(tf.tensor1d([1, 2]))).toThrow(/at least 2 axes/);
});

test('no activation is linear, and every built-in one is saved under its name', () => {
  expect(activations.serialize(activations.get(null))).toBe('linear');
  expect(activations.serialize(activations.get('silu'))).toBe('swish');
});

test('an unknown activation is an error that names it', () => {
  expect(() => activations.get('wiggle')).toThrow(/wiggle/);
});

test('a function is found by name among the custom objects', () => {
  const twice = (x: tf.Tensor): tf.Tensor => tf.mul(x, 2);
  expect(activations.deserialize('twice', { twice })).toBe(twice);
});

test('a layer can be an activation', () => {
  const activation = activations.deserialize(new LeakyReLU({ alpha: 0.5 }));
  assertClose(activation(input()).dataSync(), [-1, -0.25, 0, 1.5], { atol: 1e-6 });
  expect(activations.serialize(activation)).toMatchObject({ class_name: 'LeakyReLU' });
});
