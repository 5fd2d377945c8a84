import { expect } from '@jest/globals';
import { batchNormTraining } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { expectGradientsMatchDifferences } from './gradients-numeric.ts';
import { sample, testOnBackends } from './ops-backends.ts';

const list = (x: tf.Tensor): number[] => Array.from(x.dataSync());

testOnBackends('each channel gets the mean and the deviation it is told', () => {
  const x = sample([4, 5, 6, 3], 2, 5);
  const { y, mean, variance } = batchNormTraining(
    x,
    tf.tensor1d([1, 2, 3]),
    tf.tensor1d([7, 8, 9]),
    0,
  );
  const { mean: means, variance: variances } = tf.moments(y, [0, 1, 2]);
  list(means).forEach((value, c) => {
    expect(value).toBeCloseTo(7 + c, 4);
  });
  list(variances).forEach((value, c) => {
    expect(value).toBeCloseTo((1 + c) ** 2, 3);
  });
  const expected = tf.moments(x, [0, 1, 2]);
  list(expected.mean).forEach((value, c) => {
    expect(list(mean)[c]).toBeCloseTo(value, 5);
  });
  list(expected.variance).forEach((value, c) => {
    expect(list(variance)[c]).toBeCloseTo(value, 5);
  });
});

testOnBackends('its gradients equal differences', () => {
  expectGradientsMatchDifferences(
    (x, scale, offset) => {
      const { y, mean, variance } = batchNormTraining(x, scale, offset, 0.1);
      return tf.add(tf.add(tf.square(y), tf.square(mean)), tf.square(variance));
    },
    [sample([3, 2, 2]), sample([2]), sample([2])],
  );
});

testOnBackends('its gradients have gradients', () => {
  expectGradientsMatchDifferences(
    (x, scale) =>
      tf.square(tf.grad((t) => tf.sum(tf.sin(batchNormTraining(t, scale, null, 0.1).y)))(x)),
    [sample([4, 2]), sample([2])],
  );
});
