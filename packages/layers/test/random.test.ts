import { expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import {
  newInitializerSeed,
  PythonRandom,
  RandomGenerator,
  set_random_seed,
  shuffledIndices,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
} from '../src/random/index.ts';
import { testOnBackends } from './ops-backends.ts';

// The expected numbers were printed by TensorFlow 2.15.1 and CPython 3.11.

const list = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const rounded = (numbers: readonly number[]): number[] => numbers.map(Math.fround);

test('stateless uniform draws equal tf.random.stateless_uniform', () => {
  expect(Array.from(statelessUniform(9, [5, 0]))).toEqual(
    rounded([
      0.06185328960418701, 0.8316690921783447, 0.9735771417617798, 0.3447507619857788,
      0.5104066133499146, 0.35712242126464844, 0.46152007579803467, 0.635333776473999,
      0.8573000431060791,
    ]),
  );
  expect(Array.from(statelessUniform(3, [5, 0], -0.3, 0.7))).toEqual(
    rounded([-0.23814672231674194, 0.5316690802574158, 0.6735771298408508]),
  );
});

test('seeds of more than 32 bits count whole', () => {
  expect(Array.from(statelessUniform(3, [1099511627779, 11]))).toEqual(
    rounded([0.506341814994812, 0.3882557153701782, 0.8791097402572632]),
  );
});

test('stateless normal draws equal tf.random.stateless_normal up to the last bit', () => {
  const expected = [
    -2.0553784370422363, 1.158187747001648, 0.19160862267017365, -0.1297789067029953,
  ];
  statelessNormal(4, [5, 0]).forEach((value, i) => {
    expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(3e-7);
  });
});

test('stateless truncated draws equal tf.random.stateless_truncated_normal', () => {
  expect(Array.from(statelessTruncatedNormal(9, [5, 0]))).toEqual(
    rounded([
      1.158187747001648, 0.19160862267017365, -0.1297789067029953, 0.9068471789360046,
      1.2765063047409058, -1.0514986515045166, 0.32853880524635315, 0.6524718403816223,
      -0.06532514840364456,
    ]),
  );
});

test('the Mersenne Twister equals that of Python', () => {
  const python = new PythonRandom(42);
  const seeds = Array.from({ length: 4 }, () => python.randint(0, 2 ** 31 - 1));
  expect(seeds).toEqual([478163327, 107420369, 1181241943, 1051802512]);
  const wide = new PythonRandom(2 ** 35 + 9);
  const later = Array.from({ length: 700 }, () => wide.randint(0, 2 ** 31 - 1)).slice(-3);
  expect(later).toEqual([822284304, 37320462, 1717189446]);
});

test('set_random_seed makes the seeds of initializers those of Keras', () => {
  set_random_seed(42);
  expect([newInitializerSeed(), newInitializerSeed()]).toEqual([686579304, 119540832]);
  expect(() => set_random_seed(-1)).toThrow(RangeError);
  set_random_seed(null);
});

testOnBackends('draws after set_random_seed equal those of TensorFlow', () => {
  set_random_seed(123);
  const unseeded = new RandomGenerator(null);
  expect(list(unseeded.uniform([5]))).toEqual(
    rounded([
      0.1261531114578247, 0.5727512836456299, 0.2993133068084717, 0.5461835861206055,
      0.7205157279968262,
    ]),
  );
  const normal = list(unseeded.normal([2]));
  expect(normal[0]).toBeCloseTo(0.3387543261051178, 6);
  expect(normal[1]).toBeCloseTo(0.34498611092567444, 6);
  const seeded = new RandomGenerator(7);
  expect(list(seeded.uniform([5])).slice(0, 2)).toEqual(
    rounded([0.04611551761627197, 0.31299710273742676]),
  );
  // Another operation with the same seeds goes on where the first one stopped.
  expect(list(new RandomGenerator(7).uniform([5])).slice(0, 2)).toEqual(
    rounded([0.20324134826660156, 0.8870213031768799]),
  );
  const truncated = list(new RandomGenerator(9).truncatedNormal([5]));
  expect(truncated[1]).toBeCloseTo(-1.0751464366912842, 6);
  set_random_seed(null);
});

testOnBackends('ranges and integers equal those of TensorFlow', () => {
  set_random_seed(5);
  expect(list(new RandomGenerator(4).uniform([3], -2, 3.5))).toEqual(
    rounded([2.619292736053467, 3.2979979515075684, 0.11808419227600098]),
  );
  expect(list(new RandomGenerator(4).integers([6], -3, 9))).toEqual([-3, -1, -2, 7, 0, -1]);
  set_random_seed(null);
});

testOnBackends('dropout drops what Keras drops', () => {
  set_random_seed(1);
  const scale = Math.fround(4 / 3);
  const seeded = list(new RandomGenerator(3).dropout(tf.ones([6]), 0.25));
  expect(seeded).toEqual([scale, scale, scale, 0, scale, 0]);
  const unseeded = list(new RandomGenerator(null).dropout(tf.ones([6]), 0.25));
  expect(unseeded).toEqual([0, scale, scale, scale, scale, scale]);
  expect(list(new RandomGenerator(3).dropout(tf.ones([2]), 1))).toEqual([0, 0]);
  set_random_seed(null);
});

testOnBackends('a noise shape gives one decision to an axis', () => {
  const dropped = new RandomGenerator(2).dropout(tf.ones([4, 50]), 0.5, [4, 1]);
  const means = list(tf.mean(dropped, 1));
  expect(means.every((mean) => mean === 0 || mean === 2)).toBe(true);
});

testOnBackends('the gradient of dropout passes where elements were kept', () => {
  const generator = new RandomGenerator(11);
  const { value, grad } = tf.valueAndGrad((x) => tf.sum(generator.dropout(x, 0.5)))(tf.ones([64]));
  expect(tf.sum(grad).dataSync()).toEqual(value.dataSync());
});

test('shuffles equal tf.random.shuffle', () => {
  set_random_seed(5);
  expect(Array.from(shuffledIndices(10))).toEqual([0, 5, 2, 8, 1, 6, 7, 9, 4, 3]);
  expect(Array.from(shuffledIndices(10, 4))).toEqual([2, 9, 3, 6, 7, 5, 0, 8, 4, 1]);
  set_random_seed(null);
});

test('draws without a seed differ', () => {
  const first = shuffledIndices(1000);
  expect(Array.from(shuffledIndices(1000))).not.toEqual(Array.from(first));
  expect(newInitializerSeed()).toBeGreaterThan(0);
});
