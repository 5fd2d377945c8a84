import * as tf from '@tensorflow/tfjs-core';
import { clip_probabilities } from './clip.ts';
import { binary_crossentropies, type CrossentropyOptions, smooth_labels } from './crossentropy.ts';
import { logits_of } from './logits.ts';

/** Arguments of the focal crossentropies: well predicted samples count by `(1 − p)^gamma`. */
export interface FocalOptions extends CrossentropyOptions {
  readonly alpha?: number;
  readonly gamma?: number;
}

/** Arguments of `binary_focal_crossentropy`. */
export interface BinaryFocalOptions extends FocalOptions {
  /** Whether class 1 counts by `alpha` and class 0 by `1 − alpha`. */
  readonly apply_class_balancing?: boolean;
}

const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/** Computes the mean of the focal crossentropies of yes-or-no predictions. */
export function binary_focal_crossentropy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: BinaryFocalOptions = {},
): tf.Tensor {
  const from_logits = options.from_logits ?? false;
  const alpha = options.alpha ?? 0.25;
  const labels = smooth_labels(float(y_true), options.label_smoothing ?? 0, 2);
  const output = float(y_pred);
  const p = from_logits ? tf.sigmoid(output) : output;
  const right = mix(labels, p, tf.sub(1, p));
  const factor = tf.pow(tf.sub(1, right), options.gamma ?? 2);
  const focal = tf.mul(factor, binary_crossentropies(labels, output, from_logits));
  const balanced =
    options.apply_class_balancing === true
      ? tf.mul(mix(labels, tf.scalar(alpha), tf.scalar(1 - alpha)), focal)
      : focal;
  return tf.mean(balanced, options.axis ?? -1);
}

const mix = (labels: tf.Tensor, one: tf.Tensor, zero: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(labels, one), tf.mul(tf.sub(1, labels), zero));

/** Computes the focal crossentropy of class distributions. */
export function categorical_focal_crossentropy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: FocalOptions = {},
): tf.Tensor {
  const axis = options.axis ?? -1;
  const classes = y_true.shape.at(-1) ?? 1;
  const labels = smooth_labels(float(y_true), options.label_smoothing ?? 0, classes);
  const found = logits_of(float(y_pred), options.from_logits ?? false);
  const output = found.from_logits ? softmax(found.values, axis) : found.values;
  const p = clip_probabilities(tf.div(output, tf.sum(output, axis, true)));
  const crossentropies = tf.mul(tf.neg(labels), tf.log(p));
  const weights = tf.mul(options.alpha ?? 0.25, tf.pow(tf.sub(1, p), options.gamma ?? 2));
  return tf.sum(tf.mul(weights, crossentropies), axis);
}

function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  if (axis === -1 || axis === x.rank - 1) return tf.softmax(x);
  const at = axis < 0 ? axis + x.rank : axis;
  const order = x.shape.map((_, i) => (i === at ? x.rank - 1 : i === x.rank - 1 ? at : i));
  return tf.transpose(tf.softmax(tf.transpose(x, order)), order);
}
