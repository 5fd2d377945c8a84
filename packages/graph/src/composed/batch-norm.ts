import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_TRAINING } from '../kernels/batch-norm.ts';

/** A tensor normalized by its own moments, and these moments. */
export interface Normalized {
  readonly y: tf.Tensor;
  /** [channels] */
  readonly mean: tf.Tensor;
  /** [channels]; the biased variance. */
  readonly variance: tf.Tensor;
}

/**
 * Normalizes the channels, the last axis, by their mean and variance over all other axes, in three passes over the
 * memory. Equals TensorFlow's `FusedBatchNormV3` in training but for the variance, which is the biased one: multiply
 * it by n / (n − 1) for the one that TensorFlow returns.
 *
 * @param scale [channels], or null for one.
 * @param offset [channels], or null for zero.
 */
export function batchNormTraining(
  x: tf.Tensor,
  scale: tf.Tensor | null,
  offset: tf.Tensor | null,
  epsilon: number,
): Normalized {
  const channels = x.shape.slice(-1);
  const [y = x, mean = x, variance = x]: tf.Tensor[] = tf
    .engine()
    .runKernel(
      BATCH_NORM_TRAINING,
      { x, scale: scale ?? tf.ones(channels), offset: offset ?? tf.zeros(channels) },
      { epsilon },
    );
  return { y, mean, variance };
}

/** What normalizes the channels in inference, each [channels]; a null scale is one, a null offset zero. */
export interface ChannelStatistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly scale: tf.Tensor | null;
  readonly offset: tf.Tensor | null;
}

/**
 * Normalizes the channels, the last axis, by given moments, in one pass over the memory. Equals TensorFlow's
 * `FusedBatchNormV3` in inference.
 */
export function batchNormInference(
  x: tf.Tensor,
  { mean, variance, scale, offset }: ChannelStatistics,
  epsilon: number,
): tf.Tensor {
  const channels = x.shape.slice(-1);
  return tf.engine().runKernel(
    tf.FusedBatchNorm,
    {
      x,
      mean,
      variance,
      scale: scale ?? tf.ones(channels),
      offset: offset ?? tf.zeros(channels),
    },
    { varianceEpsilon: epsilon },
  );
}
