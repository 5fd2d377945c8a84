import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../composed/batch-norm.ts';
import { type DataFormat, fromChannelsLast, toChannelsLast } from '../composed/data-format.ts';
import type { Attrs } from '../executor/attrs.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { onDevice } from '../executor/values.ts';
import { BATCH_NORM_TRAINING_GRAD } from '../kernels/batch-norm.ts';

function layoutOf(attrs: Attrs): DataFormat {
  return attrs.string('data_format').startsWith('NC') ? 'channels_first' : 'channels_last';
}

/** Moves a moving average by the factor of the op, which is 1 in most graphs. */
function averaged(old: tf.Tensor, now: tf.Tensor, factor: number): tf.Tensor {
  if (factor === 1) return now;
  return tf.add(tf.mul(old, 1 - factor), tf.mul(now, factor));
}

/**
 * Normalizes batches. In training the second and third output are moving averages with the unbiased variance, the next
 * two the mean and the biased variance that the gradient needs.
 */
const fusedBatchNorm: OpBuilder = ({ attrs, outputTypes }) => {
  const epsilon = attrs.float('epsilon');
  const format = layoutOf(attrs);
  const factor = attrs.float('exponential_avg_factor');
  const isTraining = attrs.bool('is_training');
  const hasReserve3 = outputTypes.length > 5;
  return (inputs) =>
    tf.tidy(() => {
      const [x, scale, offset, mean, variance] = inputs.map(onDevice) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const last = toChannelsLast(x, format);
      const reserve3 = hasReserve3 ? [tf.scalar(0)] : [];
      if (!isTraining) {
        const y = tf.batchNorm(
          last,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          epsilon,
        );
        const copies = [mean, variance, mean, variance].map((moment) => tf.clone(moment));
        return [fromChannelsLast(y, format), ...copies, ...reserve3];
      }
      const own = batchNormTraining(last, scale, offset, epsilon);
      const rows = last.size / (last.shape.at(-1) ?? 1);
      const unbiased = tf.mul(own.variance, rows / Math.max(rows - 1, 1));
      return [
        fromChannelsLast(own.y, format),
        tf.clone(averaged(mean, own.mean, factor)),
        averaged(variance, unbiased, factor),
        tf.clone(own.mean),
        tf.clone(own.variance),
        ...reserve3,
      ];
    });
};

const fusedBatchNormGrad: OpBuilder = ({ attrs, outputTypes }) => {
  const epsilon = attrs.float('epsilon');
  const format = layoutOf(attrs);
  const isTraining = attrs.bool('is_training');
  return (inputs) =>
    tf.tidy(() => {
      const [dyValue, xValue, scale, mean, variance] = inputs.map(onDevice) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const dy = toChannelsLast(dyValue, format);
      const x = toChannelsLast(xValue, format);
      const zeros = tf.zerosLike(mean);
      const parts = isTraining
        ? (tf
            .engine()
            .runKernel(
              BATCH_NORM_TRAINING_GRAD,
              { dy, x, scale, mean, variance, dMean: zeros, dVariance: zeros },
              { epsilon },
            ) as unknown as tf.Tensor[])
        : fixedGradients(dy, x, { scale, mean, variance, epsilon });
      const [dx, ...others] = parts;
      const rest = outputTypes.slice(3).map(() => tf.zeros([0]));
      return [fromChannelsLast(dx as tf.Tensor, format), ...others, ...rest];
    });
};

/** Gradients of a normalization by given moments. */
function fixedGradients(
  dy: tf.Tensor,
  x: tf.Tensor,
  given: { scale: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor; epsilon: number },
): tf.Tensor[] {
  const inverse = tf.rsqrt(tf.add(given.variance, given.epsilon));
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return [
    tf.mul(dy, tf.mul(given.scale, inverse)),
    tf.sum(tf.mul(dy, tf.mul(tf.sub(x, given.mean), inverse)), axes),
    tf.sum(dy, axes),
  ];
}

/** The op of TensorFlow 1 that normalizes by given moments. */
const globalBatchNorm: OpBuilder = ({ attrs }) => {
  const epsilon = attrs.float('variance_epsilon');
  const scales = attrs.bool('scale_after_normalization');
  return (inputs) =>
    tf.tidy(() => {
      const [x, mean, variance, beta, gamma] = inputs.map(onDevice) as [
        tf.Tensor4D,
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
      ];
      return tf.batchNorm(x, mean, variance, beta, scales ? gamma : undefined, epsilon);
    });
};

/** Ops that normalize. */
export const normalizationOps: OpFamily = {
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  FusedBatchNormGrad: fusedBatchNormGrad,
  FusedBatchNormGradV2: fusedBatchNormGrad,
  FusedBatchNormGradV3: fusedBatchNormGrad,
  BatchNormWithGlobalNormalization: globalBatchNorm,
};
