import * as tf from '@tensorflow/tfjs-core';
import { EPSILON } from './clip.ts';

/** A loss or metric function: a value per sample from labels and predictions. */
export type LossFunction = (y_true: tf.Tensor, y_pred: tf.Tensor) => tf.Tensor;

const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/** Computes the mean of the squared differences over the last axis. */
export function mean_squared_error(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.squaredDifference(float(y_pred), float(y_true)), -1);
}

/** Computes the mean of the absolute differences over the last axis. */
export function mean_absolute_error(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.abs(tf.sub(float(y_pred), float(y_true))), -1);
}

/** Computes 100 times the mean of the differences relative to the labels. */
export function mean_absolute_percentage_error(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const labels = float(y_true);
  const scale = tf.maximum(tf.abs(labels), EPSILON);
  return tf.mul(100, tf.mean(tf.abs(tf.div(tf.sub(labels, float(y_pred)), scale)), -1));
}

/** Computes the mean of the squared differences of `log(x + 1)`. */
export function mean_squared_logarithmic_error(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const logOf = (x: tf.Tensor): tf.Tensor => tf.log(tf.add(tf.maximum(float(x), EPSILON), 1));
  return tf.mean(tf.squaredDifference(logOf(y_pred), logOf(y_true)), -1);
}

/** Computes the mean of the logarithm of the hyperbolic cosine of the differences. */
export function log_cosh(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const x = tf.sub(float(y_pred), float(y_true));
  return tf.mean(tf.sub(tf.add(x, tf.softplus(tf.mul(-2, x))), Math.LN2), -1);
}

/** Arguments of `huber`: differences up to `delta` count squared, larger ones linearly. */
export interface HuberOptions {
  readonly delta?: number;
}

/** Computes the mean of the Huber loss. */
export function huber(y_true: tf.Tensor, y_pred: tf.Tensor, options: HuberOptions = {}): tf.Tensor {
  const delta = Math.fround(options.delta ?? 1);
  const error = tf.sub(float(y_pred), float(y_true));
  const size = tf.abs(error);
  const linear = tf.sub(tf.mul(delta, size), 0.5 * delta * delta);
  const quadratic = tf.mul(0.5, tf.square(error));
  return tf.mean(tf.where(tf.lessEqual(size, delta), quadratic, linear), -1);
}

/** Computes the mean of `ŷ − y · log ŷ`. */
export function poisson(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const predicted = float(y_pred);
  const logs = tf.log(tf.add(predicted, EPSILON));
  return tf.mean(tf.sub(predicted, tf.mul(float(y_true), logs)), -1);
}

/** Arguments of `cosine_similarity`. */
export interface CosineSimilarityOptions {
  readonly axis?: number;
}

/** Computes the negative cosine of the angle between labels and predictions. */
export function cosine_similarity(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: CosineSimilarityOptions = {},
): tf.Tensor {
  const axis = options.axis ?? -1;
  return tf.neg(tf.sum(tf.mul(l2_normalize(y_true, axis), l2_normalize(y_pred, axis)), axis));
}

/** Scales a tensor to length 1 along an axis. */
export function l2_normalize(x: tf.Tensor, axis: number): tf.Tensor {
  const values = float(x);
  const squares = tf.sum(tf.square(values), axis, true);
  return tf.mul(values, tf.rsqrt(tf.maximum(squares, 1e-12)));
}
