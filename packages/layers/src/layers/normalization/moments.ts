import * as tf from '@tensorflow/tfjs-core';

/** Mean and variance along axes. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** Computes mean and biased variance along axes, which stay with size 1; weights, if any, broadcast. */
export function moments(
  x: tf.Tensor,
  axes: readonly number[],
  weights: tf.Tensor | null = null,
): Moments {
  if (weights === null) {
    const mean = tf.mean(x, [...axes], true);
    return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), [...axes], true) };
  }
  const spread = tf.mul(tf.onesLike(x), weights);
  const total = tf.sum(spread, [...axes], true);
  const mean = tf.div(tf.sum(tf.mul(spread, x), [...axes], true), total);
  const squares = tf.mul(spread, tf.square(tf.sub(x, mean)));
  return { mean, variance: tf.div(tf.sum(squares, [...axes], true), total) };
}

/** What is applied to a tensor that has been normalized; null is left out. */
export interface Affine {
  readonly scale: tf.Tensor | null;
  readonly offset: tf.Tensor | null;
}

/** Computes `(x − mean) / √(variance + ε) · scale + offset`. */
export function normalize(x: tf.Tensor, by: Moments, epsilon: number, affine: Affine): tf.Tensor {
  const inverse = tf.rsqrt(tf.add(by.variance, epsilon));
  const factor = affine.scale === null ? inverse : tf.mul(inverse, affine.scale);
  const shift = tf.mul(by.mean, factor);
  const offset = affine.offset === null ? tf.neg(shift) : tf.sub(affine.offset, shift);
  return tf.add(tf.mul(x, factor), offset);
}
