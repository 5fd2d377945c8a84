import * as tf from '@tensorflow/tfjs-core';
import { l2_normalize } from '../losses/regression.ts';
import { float } from './metric.ts';

/** Tells for each label whether it equals the prediction, as 0 or 1. */
export function accuracy(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.cast(tf.equal(float(y_true), float(y_pred)), 'float32');
}

/** Arguments of `binary_accuracy`. */
export interface BinaryAccuracyOptions {
  /** Number above which a prediction counts as 1. */
  readonly threshold?: number;
}

/** Tells for each label whether the prediction is on its side of the threshold. */
export function binary_matches(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: BinaryAccuracyOptions = {},
): tf.Tensor {
  const predicted = tf.cast(tf.greater(float(y_pred), options.threshold ?? 0.5), 'float32');
  return tf.cast(tf.equal(float(y_true), predicted), 'float32');
}

/** Computes the part of each sample's labels that predictions match. */
export function binary_accuracy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: BinaryAccuracyOptions = {},
): tf.Tensor {
  return tf.mean(binary_matches(y_true, y_pred, options), -1);
}

/** Tells for each sample whether the best class is that of the class number. */
export function sparse_categorical_accuracy(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const labels = y_true.rank === y_pred.rank ? tf.squeeze(y_true, [-1]) : y_true;
  return tf.cast(tf.equal(tf.cast(labels, 'int32'), tf.argMax(y_pred, -1)), 'float32');
}

/** Tells for each sample whether the best class is that of the one-hot label. */
export function categorical_accuracy(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return sparse_categorical_accuracy(tf.argMax(y_true, -1), y_pred);
}

/** Arguments of the top-k accuracies. */
export interface TopKOptions {
  readonly k?: number;
}

/** Tells for each sample whether the class number is among the k best classes; ties count. */
export function sparse_top_k_categorical_accuracy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: TopKOptions = {},
): tf.Tensor {
  const k = options.k ?? 5;
  const classes = y_pred.shape.at(-1) ?? 0;
  const labels = y_true.dataSync();
  const scores = y_pred.dataSync();
  const matches = Float32Array.from(labels, (label, row) =>
    isAmongBest(scores, row * classes, classes, Math.trunc(label), k) ? 1 : 0,
  );
  return tf.tensor(matches, [...y_true.shape]);
}

/** Equals the TensorFlow op `InTopK`: fewer than k scores are larger, and the label's is finite. */
function isAmongBest(
  scores: ArrayLike<number>,
  start: number,
  classes: number,
  label: number,
  k: number,
): boolean {
  if (!(label >= 0 && label < classes)) return false;
  const own = scores[start + label] as number;
  if (!Number.isFinite(own)) return false;
  let larger = 0;
  for (let i = start; i < start + classes; i += 1) {
    const score = scores[i] as number;
    if (!Number.isFinite(score)) return false;
    if (score > own) larger += 1;
  }
  return larger < k;
}

/** Tells for each sample whether the class of the one-hot label is among the k best classes. */
export function top_k_categorical_accuracy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: TopKOptions = {},
): tf.Tensor {
  return sparse_top_k_categorical_accuracy(tf.argMax(y_true, -1), y_pred, options);
}

/** Computes the cosine of the angle between labels and predictions, unlike the loss not negated. */
export function cosine_similarity(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: { readonly axis?: number } = {},
): tf.Tensor {
  const axis = options.axis ?? -1;
  return tf.sum(tf.mul(l2_normalize(y_true, axis), l2_normalize(y_pred, axis)), axis);
}
