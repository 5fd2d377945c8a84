import * as tf from '@tensorflow/tfjs-core';

/** Multiplies the last axis with a matrix. */
export function dot(x: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  if (x.rank === 2) return tf.matMul(x, matrix);
  const [rows = 0, columns = 0] = matrix.shape;
  const flat = tf.matMul(tf.reshape(x, [x.size / Math.max(rows, 1), rows]), matrix);
  return tf.reshape(flat, [...x.shape.slice(0, -1), columns]);
}

/** Cuts a matrix into parts of equal width. */
export function parts(x: tf.Tensor, count: number): tf.Tensor[] {
  return tf.split(x, count, x.rank - 1);
}
