import * as tf from '@tensorflow/tfjs-core';

/** Puts `factor - 1` zeros between neighbours along an axis, which then has (n - 1) · factor + 1 elements. */
export function insertZeros(x: tf.Tensor, axis: number, factor: number): tf.Tensor {
  const length = x.shape[axis] ?? 0;
  if (factor === 1 || length <= 1) return x;
  const before = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const after = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const spaced = tf.pad(tf.reshape(x, [before, length, after]), [
    [0, 0],
    [0, 0],
    [0, (factor - 1) * after],
  ]);
  const stretched = (length - 1) * factor + 1;
  const flat = tf.reshape(spaced, [before, length * factor, after]);
  const shape = [...x.shape.slice(0, axis), stretched, ...x.shape.slice(axis + 1)];
  return tf.reshape(tf.slice(flat, [0, 0, 0], [before, stretched, after]), shape);
}
