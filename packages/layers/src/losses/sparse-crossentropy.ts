import * as tf from '@tensorflow/tfjs-core';
import { set_mask } from '../engine/mask.ts';
import { clip_probabilities } from './clip.ts';
import { logits_of } from './logits.ts';
import { last_axis, sparse_softmax_crossentropies } from './softmax-crossentropy.ts';

/** Arguments of `sparse_categorical_crossentropy`. */
export interface SparseCrossentropyOptions {
  /** Whether predictions are logits and not probabilities. */
  readonly from_logits?: boolean;
  /** Axis of the classes. */
  readonly axis?: number;
  /** Class whose samples do not count, or null. */
  readonly ignore_class?: number | null;
}

/**
 * Computes the crossentropy of class distributions whose labels are class numbers.
 *
 * With `ignore_class` the result carries a mask of the samples that count.
 * @throws RangeError for a label that is not a class.
 */
export function sparse_categorical_crossentropy(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: SparseCrossentropyOptions = {},
): tf.Tensor {
  const output = y_pred.dtype === 'float32' ? y_pred : tf.cast(y_pred, 'float32');
  const found = logits_of(output, options.from_logits ?? false);
  const logits = last_axis(
    found.from_logits ? found.values : tf.log(clip_probabilities(found.values)),
    options.axis ?? -1,
  );
  const classes = logits.shape.at(-1) ?? 0;
  const shape = logits.shape.slice(0, -1);
  const ignored = options.ignore_class ?? null;
  const labels = tf.reshape(tf.cast(y_true, 'int32'), [-1]);
  check_labels(labels, classes, ignored);
  const rows = tf.reshape(logits, [labels.size, classes]);
  const losses = tf.reshape(sparse_softmax_crossentropies(labels, rows), shape);
  if (ignored === null) return losses;
  const mask = tf.reshape(tf.notEqual(labels, tf.scalar(ignored, 'int32')), shape);
  const counted = tf.where(mask, losses, tf.zerosLike(losses));
  set_mask(counted, mask);
  return counted;
}

function check_labels(labels: tf.Tensor, classes: number, ignored: number | null): void {
  for (const label of labels.dataSync()) {
    if ((label < 0 || label >= classes) && label !== ignored) {
      throw new RangeError(
        `sparse_categorical_crossentropy: label ${label} is not one of the ${classes} classes 0…${classes - 1}.`,
      );
    }
  }
}
