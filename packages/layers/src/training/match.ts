import * as tf from '@tensorflow/tfjs-core';

/** Labels and weights in the rank of the predictions they belong to. */
export interface Matched {
  readonly y_true: tf.Tensor;
  readonly sample_weight: tf.Tensor | null;
}

/** Adds an axis to labels and weights of shape `[batch]` where predictions are `[batch, n]`, as Keras does. */
export function matchRank(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  sample_weight: tf.Tensor | null,
): Matched {
  const expand = (x: tf.Tensor): tf.Tensor =>
    x.rank === 1 && y_pred.rank === 2 ? tf.expandDims(x, -1) : x;
  return {
    y_true: expand(y_true),
    sample_weight: sample_weight === null ? null : expand(tf.cast(sample_weight, 'float32')),
  };
}
