import * as tf from '@tensorflow/tfjs-core';

/** How a loss combines the values of a batch. */
export type Reduction = 'auto' | 'none' | 'sum' | 'sum_over_batch_size';

/** The values of `tf.keras.losses.Reduction`. */
export const Reduction: Readonly<
  Record<'AUTO' | 'NONE' | 'SUM' | 'SUM_OVER_BATCH_SIZE', Reduction>
> = {
  AUTO: 'auto',
  NONE: 'none',
  SUM: 'sum',
  SUM_OVER_BATCH_SIZE: 'sum_over_batch_size',
};

/** Returns the reduction a caller or a file named, or throws a RangeError. */
export function reduction_of(value: unknown): Reduction {
  for (const known of Object.values(Reduction)) if (value === known) return known;
  // Keras 3 also knows the mean; null is its name for no reduction.
  if (value === 'mean') return Reduction.SUM_OVER_BATCH_SIZE;
  if (value === null) return Reduction.NONE;
  const names = Object.values(Reduction).join(', ');
  throw new RangeError(`reduction is one of ${names}, not ${JSON.stringify(value)}.`);
}

/** Drops a last axis of length 1 from predictions or labels when only their ranks keep them apart. */
export function squeeze_to_match(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
): { readonly y_true: tf.Tensor; readonly y_pred: tf.Tensor } {
  const difference = y_pred.rank - y_true.rank;
  if (difference === 1 && y_pred.shape.at(-1) === 1) {
    return { y_true, y_pred: tf.squeeze(y_pred, [-1]) };
  }
  if (difference === -1 && y_true.shape.at(-1) === 1) {
    return { y_true: tf.squeeze(y_true, [-1]), y_pred };
  }
  return { y_true, y_pred };
}

/** Gives sample weights the rank of the values they weigh by dropping or adding one last axis. */
export function weights_to_match(values: tf.Tensor, sample_weight: tf.Tensor): tf.Tensor {
  if (sample_weight.rank === 0) return sample_weight;
  const difference = sample_weight.rank - values.rank;
  if (difference === 1) return tf.squeeze(sample_weight, [-1]);
  if (difference === -1) return tf.expandDims(sample_weight, -1);
  return sample_weight;
}

/** Multiplies sample weights by a mask; without weights the mask is the weights. */
export function apply_mask(
  sample_weight: tf.Tensor | null,
  mask: tf.Tensor | null,
): tf.Tensor | null {
  if (mask === null) return sample_weight;
  const kept = tf.cast(mask, 'float32');
  if (sample_weight === null) return kept;
  return tf.mul(weights_to_match(kept, tf.cast(sample_weight, 'float32')), kept);
}

/**
 * Applies a mask of valid elements to sample weights, such that a mean over all elements becomes the mean
 * over the valid ones.
 */
export function apply_valid_mask(
  sample_weight: tf.Tensor | null,
  mask: tf.Tensor | null,
  reduction: Reduction,
): tf.Tensor | null {
  if (mask === null) return sample_weight;
  const averages = reduction === Reduction.AUTO || reduction === Reduction.SUM_OVER_BATCH_SIZE;
  const kept = tf.cast(mask, 'float32');
  const scaled = averages ? tf.mul(kept, tf.div(kept.size, tf.sum(kept))) : kept;
  return apply_mask(sample_weight, scaled);
}

/** Weighs the loss of each element and reduces the result. */
export function compute_weighted_loss(
  losses: tf.Tensor,
  sample_weight: tf.Tensor | null,
  reduction: Reduction,
): tf.Tensor {
  const values = losses.dtype === 'float32' ? losses : tf.cast(losses, 'float32');
  const weighted =
    sample_weight === null
      ? values
      : tf.mul(values, tf.cast(weights_to_match(values, sample_weight), 'float32'));
  if (reduction === Reduction.NONE) return weighted;
  const total = tf.sum(weighted);
  if (reduction === Reduction.SUM) return total;
  return weighted.size === 0 ? tf.zerosLike(total) : tf.div(total, weighted.size);
}
