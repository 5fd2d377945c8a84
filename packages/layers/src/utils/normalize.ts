import * as tf from '@tensorflow/tfjs-core';
import { tensorOf } from '../training/iterable-source.ts';
import type { ArrayData } from '../training/types.ts';

/**
 * Divides numbers by their norm along an axis, as `keras.utils.normalize`; zeros stay.
 * @param order Order of the norm; 2 is the Euclidean one, `Infinity` the largest magnitude.
 */
export async function normalize(x: ArrayData, axis = -1, order = 2): Promise<tf.Tensor> {
  const values = x instanceof tf.Tensor ? x : await tensorOf(x);
  const result = tf.tidy(() => {
    const norm = normOf(tf.abs(tf.cast(values, 'float32')), axis, order);
    return tf.div(values, tf.where(tf.equal(norm, 0), tf.onesLike(norm), norm));
  });
  if (values !== x) values.dispose();
  return result;
}

function normOf(magnitudes: tf.Tensor, axis: number, order: number): tf.Tensor {
  if (order === Number.POSITIVE_INFINITY) return tf.max(magnitudes, axis, true);
  if (order === Number.NEGATIVE_INFINITY) return tf.min(magnitudes, axis, true);
  if (order === 0) return tf.sum(tf.cast(tf.notEqual(magnitudes, 0), 'float32'), axis, true);
  return tf.pow(tf.sum(tf.pow(magnitudes, order), axis, true), 1 / order);
}
