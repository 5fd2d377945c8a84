import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from './types.ts';

/** Weight of the samples of each class, by class number. */
export type ClassWeight = Readonly<Record<number, number>>;

/**
 * Lists class weights by class number.
 * @throws RangeError unless there is a weight for each class from 0 on.
 */
function weightsInOrder(class_weight: ClassWeight): number[] {
  const classes = Object.keys(class_weight)
    .map(Number)
    .sort((a, b) => a - b);
  if (classes.some((id, i) => id !== i)) {
    throw new RangeError(
      `Expected \`class_weight\` to have a weight for each class from 0 to one less than the number of classes, found: ${classes.join(', ')}.`,
    );
  }
  return classes.map((id) => class_weight[id] as number);
}

/** Multiplies the sample weights of a batch by the weights of its classes; the result is the caller's to free. */
export function weighClasses([x, y, sample_weight]: Batch, class_weight: ClassWeight): Batch {
  if (!(y instanceof tf.Tensor)) {
    throw new TypeError('`class_weight` is only supported for models with a single output.');
  }
  if (y.rank > 2) {
    throw new RangeError('`class_weight` is not supported for labels of 3 or more axes.');
  }
  const weights = weightsInOrder(class_weight);
  const weighted = tf.tidy(() => {
    const one_hot = y.rank > 1 && (y.shape.at(-1) ?? 1) > 1;
    const labels = one_hot ? tf.argMax(y, -1) : tf.reshape(tf.cast(y, 'int32'), [-1]);
    const of_classes = tf.reshape(
      tf.gather(tf.tensor1d(weights), tf.reshape(labels, [-1])),
      labels.shape,
    );
    return sample_weight instanceof tf.Tensor
      ? tf.mul(tf.reshape(sample_weight, [-1]), of_classes)
      : of_classes;
  });
  return [x, y, weighted];
}
