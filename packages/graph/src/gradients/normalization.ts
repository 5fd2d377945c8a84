import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD } from '../kernels/batch-norm.ts';
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

/** Computes the same as the kernel in operations that have gradients themselves. */
function differentiableTrainingGradients(
  [dy, dMean, dVariance]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  x: tf.Tensor,
  scale: tf.Tensor,
  epsilon: number,
): InputGradients {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const rows = x.size / (x.shape[x.rank - 1] ?? 1);
  const centered = tf.sub(x, tf.mean(x, axes));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), axes), epsilon));
  const normal = tf.mul(centered, inverse);
  const product = tf.sum(tf.mul(dy, normal), axes);
  const total = tf.sum(dy, axes);
  return {
    x: () => {
      const spread = tf.div(tf.add(total, tf.mul(normal, product)), rows);
      const direct = tf.mul(tf.mul(scale, inverse), tf.sub(dy, spread));
      const moments = tf.add(dMean, tf.mul(tf.mul(dVariance, 2), centered));
      return tf.add(direct, tf.div(moments, rows));
    },
    scale: () => product,
    offset: () => total,
  };
}

function trainingGradients(
  dys: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  saved: readonly tf.Tensor[],
  epsilon: number,
): InputGradients {
  const [x, scale, mean, variance] = saved;
  if (x === undefined || scale === undefined || mean === undefined || variance === undefined) {
    throw new TypeError('a tensor that the gradient of batch normalization needs is missing');
  }
  if (tf.engine().isTapeOn()) return differentiableTrainingGradients(dys, x, scale, epsilon);
  const [dy, dMean, dVariance] = dys;
  const [dx = x, dScale = x, dOffset = x]: tf.Tensor[] = tf
    .engine()
    .runKernel(
      BATCH_NORM_TRAINING_GRAD,
      { dy, x, scale, mean, variance, dMean, dVariance },
      { epsilon },
    );
  return { x: () => dx, scale: () => dScale, offset: () => dOffset };
}

/** Gradients of batch normalization, with given moments or its own, and of local response normalization. */
export const normalizationGradients: readonly tf.GradConfig[] = [
  gradientOf(
    tf.FusedBatchNorm,
    ['x', 'mean', 'variance', 'scale'],
    (dy, { x, mean, variance, scale }, { varianceEpsilon }: tf.FusedBatchNormAttrs) =>
      batchNormGradients(dy, x, mean, variance, scale, varianceEpsilon),
  ),
  {
    kernelName: BATCH_NORM_TRAINING,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, { epsilon }) =>
      trainingGradients(
        dys as unknown as readonly [tf.Tensor, tf.Tensor, tf.Tensor],
        saved,
        Number(epsilon),
      ),
  },
  gradientOf(tf.LRN, ['x', 'y'], (dy, { x, y }, attrs: tf.NamedAttrMap) => ({
    x: () => tf.engine().runKernel(tf.LRNGrad, { x, y, dy }, attrs),
  })),
];
