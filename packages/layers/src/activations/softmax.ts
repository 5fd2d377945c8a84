import * as tf from '@tensorflow/tfjs-core';
import { raggedOf, rowsOf, set_rows } from '../engine/rows.ts';
import { attach_logits } from '../losses/logits.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';

/** Computes the softmax over one axis or several. */
export function softmax(x: tf.Tensor, axis: number | readonly number[] = -1): tf.Tensor {
  const rows = rowsOf(x);
  if (rows !== null) return set_rows(softmaxOfRows(raggedOf(x), axis).flat_values, rows);
  if (x.rank < 2) {
    throw new RangeError(
      `softmax takes a tensor of at least 2 axes, not one of shape [${x.shape}].`,
    );
  }
  return softmaxOf(x, axis);
}

/** Computes the softmax over the last axis of ragged values: that of the values, or the rows themselves. */
export function softmaxOfRows(
  ragged: RaggedTensor,
  axis: number | readonly number[],
): RaggedTensor {
  const places = (Array.isArray(axis) ? axis : [axis]).map((n) => (n < 0 ? n + ragged.rank : n));
  if (places.length !== 1 || places[0] !== ragged.rank - 1) {
    throw new RangeError('The softmax of a ragged tensor is taken over its last axis.');
  }
  const { values, flat_values } = ragged;
  if (flat_values.rank > 1) return ragged.with_flat_values(softmaxOf(flat_values, -1));
  if (values instanceof RaggedTensor) return ragged.with_values(softmaxOfRows(values, -1));
  const dense = softmaxOf(ragged.to_tensor({ default_value: Number.NEGATIVE_INFINITY }), -1);
  return RaggedTensor.from_tensor(dense, { lengths: ragged.row_lengths() });
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
