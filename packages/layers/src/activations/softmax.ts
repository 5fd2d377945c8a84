import * as tf from '@tensorflow/tfjs-core';
import { attach_logits } from '../losses/logits.ts';

/** Computes the softmax over one axis or several. */
export function softmax(x: tf.Tensor, axis: number | readonly number[] = -1): tf.Tensor {
  if (x.rank < 2) {
    throw new RangeError(
      `softmax takes a tensor of at least 2 axes, not one of shape [${x.shape}].`,
    );
  }
  return softmaxOf(x, axis);
}

/** Computes the softmax of a tensor of any rank. */
export function softmaxOf(x: tf.Tensor, axis: number | readonly number[]): tf.Tensor {
  if (axis === -1 || axis === x.rank - 1) {
    const probabilities = tf.softmax(x);
    attach_logits(probabilities, x);
    return probabilities;
  }
  const axes = typeof axis === 'number' ? [axis] : [...axis];
  const shifted = tf.sub(x, maxConstant(x, axes));
  const numerator = tf.exp(shifted);
  return tf.div(numerator, tf.sum(numerator, axes, true));
}

/** Computes the logarithm of the softmax over one axis. */
export function log_softmax(x: tf.Tensor, axis = -1): tf.Tensor {
  if (axis === -1 || axis === x.rank - 1) return tf.logSoftmax(x);
  const shifted = tf.sub(x, maxConstant(x, [axis]));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), [axis], true)));
}

/** The softmax does not depend on the shift, so no gradient may pass through it. */
const maxConstant = (x: tf.Tensor, axes: number[]): tf.Tensor =>
  tf.customGrad((...inputs) => {
    const value = inputs[0] as tf.Tensor;
    const { shape } = value;
    return {
      value: tf.max(value, axes, true),
      gradFunc: () => tf.zeros(shape),
    };
  })(x);
