import * as tf from '@tensorflow/tfjs-core';
import { clip, EPSILON } from './clip.ts';

/** Computes the Kullback-Leibler divergence of the labels' distribution from the predicted one. */
export function kl_divergence(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const labels = clip(tf.cast(y_true, 'float32'), EPSILON, 1);
  const predicted = clip(tf.cast(y_pred, 'float32'), EPSILON, 1);
  return tf.sum(tf.mul(labels, tf.log(tf.div(labels, predicted))), -1);
}
