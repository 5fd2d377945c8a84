import * as tf from '@tensorflow/tfjs-core';
import { attach_logits } from '../losses/logits.ts';

/** Computes x above zero and `alpha · (exp(x) − 1)` below. */
export function elu(x: tf.Tensor, alpha = 1): tf.Tensor {
  const unit = tf.elu(x);
  return alpha === 1 ? unit : tf.where(tf.greater(x, 0), unit, tf.mul(alpha, unit));
}

/** Computes the scaled exponential linear unit. */
export function selu(x: tf.Tensor): tf.Tensor {
  return tf.selu(x);
}

/** Computes `log(exp(x) + 1)`. */
export function softplus(x: tf.Tensor): tf.Tensor {
  return tf.softplus(x);
}

/** Computes `x / (|x| + 1)`. */
export function softsign(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.add(tf.abs(x), 1));
}

/** Computes `x · sigmoid(x)`. */
export function swish(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

/** Computes the hyperbolic tangent. */
export function tanh(x: tf.Tensor): tf.Tensor {
  return tf.tanh(x);
}

/** Computes `1 / (1 + exp(−x))`. */
export function sigmoid(x: tf.Tensor): tf.Tensor {
  const probabilities = tf.sigmoid(x);
  attach_logits(probabilities, x);
  return probabilities;
}

/** Computes the exponential function. */
export function exponential(x: tf.Tensor): tf.Tensor {
  return tf.exp(x);
}

/** Computes `0.2 x + 0.5`, cut to 0…1. */
export function hard_sigmoid(x: tf.Tensor): tf.Tensor {
  return tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);
}

/** Returns its argument. */
export function linear(x: tf.Tensor): tf.Tensor {
  return x;
}

/** Computes `x · tanh(softplus(x))`. */
export function mish(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.tanh(tf.softplus(x)));
}

/** Computes x times the normal distribution function of x, exactly or by its tanh approximation. */
export function gelu(x: tf.Tensor, approximate = false): tf.Tensor {
  const half = tf.mul(x, 0.5);
  if (!approximate) return tf.mul(half, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const cubic = tf.mul(tf.mul(tf.mul(x, x), x), 0.044715);
  const inner = tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI));
  return tf.mul(half, tf.add(tf.tanh(inner), 1));
}
