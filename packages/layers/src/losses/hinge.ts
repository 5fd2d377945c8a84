import * as tf from '@tensorflow/tfjs-core';

const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

/** Computes the mean of `max(1 − y · ŷ, 0)`; labels of 0 and 1 become −1 and 1. */
export function hinge(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.mean(margins(y_true, y_pred), -1);
}

/** Computes the mean of the squares of `max(1 − y · ŷ, 0)`; labels of 0 and 1 become −1 and 1. */
export function squared_hinge(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(margins(y_true, y_pred)), -1);
}

/** Computes the margin between the score of the right class and the best score of the others. */
export function categorical_hinge(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  const labels = float(y_true);
  const scores = float(y_pred);
  const right = tf.sum(tf.mul(labels, scores), -1);
  const wrong = tf.max(tf.mul(tf.sub(1, labels), scores), -1);
  return tf.maximum(tf.add(tf.sub(wrong, right), 1), 0);
}

function margins(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.sub(1, tf.mul(signed(float(y_true)), float(y_pred))), 0);
}

/** Keras decides for a whole batch whether its labels are binary. */
function signed(labels: tf.Tensor): tf.Tensor {
  const binary = tf.all(tf.logicalOr(tf.equal(labels, 0), tf.equal(labels, 1)));
  return tf.where(binary, tf.sub(tf.mul(2, labels), 1), labels);
}
