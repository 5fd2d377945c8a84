import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, type InputGradients, sumToShape } from './define.ts';

function batchNormGradients(
  dy: tf.Tensor,
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  scale: tf.Tensor,
  epsilon: number,
): InputGradients {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const centered = tf.sub(x, mean);
  const scaled = tf.mul(scale, inverse);
  return {
    x: () => tf.mul(dy, scaled),
    mean: () => sumToShape(tf.neg(tf.mul(dy, scaled)), mean.shape),
    variance: () =>
      sumToShape(
        tf.mul(tf.mul(dy, centered), tf.mul(tf.mul(scaled, -0.5), tf.square(inverse))),
        variance.shape,
      ),
    scale: () => sumToShape(tf.mul(dy, tf.mul(centered, inverse)), scale.shape),
    offset: () => sumToShape(dy, mean.shape),
  };
}

/** Gradients of batch normalization with given moments and of local response normalization. */
export const normalizationGradients: readonly tf.GradConfig[] = [
  gradientOf(
    tf.FusedBatchNorm,
    ['x', 'mean', 'variance', 'scale'],
    (dy, { x, mean, variance, scale }, { varianceEpsilon }: tf.FusedBatchNormAttrs) =>
      batchNormGradients(dy, x, mean, variance, scale, varianceEpsilon),
  ),
  gradientOf(tf.LRN, ['x', 'y'], (dy, { x, y }, attrs: tf.NamedAttrMap) => ({
    x: () => tf.engine().runKernel(tf.LRNGrad, { x, y, dy }, attrs),
  })),
];
