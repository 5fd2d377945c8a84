import * as tf from '@tensorflow/tfjs-core';
import { clip_probabilities, EPSILON } from './clip.ts';
import { logits_of } from './logits.ts';
import { last_axis, softmax_crossentropies } from './softmax-crossentropy.ts';

/** Arguments of the binary and categorical crossentropies. */
export interface CrossentropyOptions {
  /** Whether predictions are logits and not probabilities. */
  readonly from_logits?: boolean;
  /** Part of each label, 0…1, that is spread evenly over the classes. */
  readonly label_smoothing?: number;
  /** Axis of the classes; for the binary ones, axis of the mean. */
  readonly axis?: number;
}

const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/** Moves labels towards the even distribution over `classes`. */
export function smooth_labels(labels: tf.Tensor, smoothing: number, classes: number): tf.Tensor {
  if (smoothing === 0) return labels;
  return tf.add(tf.mul(labels, 1 - smoothing), smoothing / classes);
}

/** Computes the mean of the crossentropies of independent yes-or-no predictions. */
export function binary_crossentropy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: CrossentropyOptions = {},
): tf.Tensor {
  const labels = smooth_labels(float(y_true), options.label_smoothing ?? 0, 2);
  const each = binary_crossentropies(labels, float(y_pred), options.from_logits ?? false);
  return tf.mean(each, options.axis ?? -1);
}

/** Computes the crossentropy of each yes-or-no prediction. */
export function binary_crossentropies(
  labels: tf.Tensor,
  y_pred: tf.Tensor,
  from_logits: boolean,
): tf.Tensor {
  const found = logits_of(y_pred, from_logits);
  if (found.from_logits) return sigmoid_crossentropies(labels, found.values);
  const p = clip_probabilities(found.values);
  const positive = tf.mul(labels, tf.log(tf.add(p, EPSILON)));
  const negative = tf.mul(tf.sub(1, labels), tf.log(tf.add(tf.sub(1, p), EPSILON)));
  return tf.neg(tf.add(positive, negative));
}

/** `max(x, 0) − x·z + log(1 + exp(−|x|))`, written so that its gradient at 0 is right as well. */
function sigmoid_crossentropies(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const nonNegative = tf.greaterEqual(logits, 0);
  const positivePart = tf.where(nonNegative, logits, tf.zerosLike(logits));
  const negativeSize = tf.where(nonNegative, tf.neg(logits), logits);
  return tf.add(tf.sub(positivePart, tf.mul(logits, labels)), tf.log1p(tf.exp(negativeSize)));
}

/** Computes the crossentropy of class distributions. */
export function categorical_crossentropy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: CrossentropyOptions = {},
): tf.Tensor {
  const axis = options.axis ?? -1;
  const classes = y_true.shape.at(axis) ?? 1;
  const labels = smooth_labels(float(y_true), options.label_smoothing ?? 0, classes);
  tf.util.assertShapesMatch(labels.shape, y_pred.shape, 'categorical_crossentropy: ');
  const found = logits_of(float(y_pred), options.from_logits ?? false);
  if (found.from_logits) {
    return softmax_crossentropies(last_axis(labels, axis), last_axis(found.values, axis));
  }
  const p = clip_probabilities(tf.div(found.values, tf.sum(found.values, axis, true)));
  return tf.neg(tf.sum(tf.mul(labels, tf.log(p)), axis));
}
