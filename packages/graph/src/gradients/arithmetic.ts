import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, gradientOfList, maskOf, sumToShape, zeroGradient } from './define.ts';

type Pair = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Describes a broadcasting binary kernel by its two partial gradients before the sums over broadcast axes. */
function binary(kernelName: string, byA: Pair, byB: Pair): tf.GradConfig {
  return gradientOf(kernelName, ['a', 'b'], (dy, { a, b }) => ({
    a: () => sumToShape(byA(dy, a, b), a.shape),
    b: () => sumToShape(byB(dy, a, b), b.shape),
  }));
}

function powerByExponent(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const positive = tf.greater(a, 0);
  // The logarithm of one stands in for the undefined ones, so that no NaN can leak through the product.
  const logarithm = tf.log(tf.where(positive, a, tf.onesLike(a)));
  return tf.mul(dy, tf.mul(tf.pow(a, b), logarithm));
}

function powerByBase(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1))));
}

function inverseSquaredRadius(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.div(dy, tf.add(tf.square(a), tf.square(b)));
}

function twiceDifference(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(dy, 2), tf.sub(a, b));
}

/**
 * Gradients of the elementwise kernels with two inputs and of AddN, as TensorFlow defines them: where `maximum` or
 * `minimum` find equal values the first argument takes the whole gradient.
 */
export const arithmeticGradients: readonly tf.GradConfig[] = [
  binary(
    tf.Add,
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    tf.Sub,
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  binary(
    tf.Multiply,
    (dy, _, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  binary(
    tf.RealDiv,
    (dy, _, b) => tf.div(dy, b),
    (dy, a, b) => tf.mul(dy, tf.div(tf.div(tf.neg(a), b), b)),
  ),
  binary(
    tf.FloorDiv,
    (dy) => zeroGradient(dy),
    (dy) => zeroGradient(dy),
  ),
  binary(
    tf.Mod,
    (dy) => dy,
    (dy, a, b) => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))),
  ),
  binary(
    tf.Maximum,
    (dy, a, b) => tf.mul(dy, maskOf(tf.greaterEqual(a, b))),
    (dy, a, b) => tf.mul(dy, maskOf(tf.less(a, b))),
  ),
  binary(
    tf.Minimum,
    (dy, a, b) => tf.mul(dy, maskOf(tf.lessEqual(a, b))),
    (dy, a, b) => tf.mul(dy, maskOf(tf.greater(a, b))),
  ),
  binary(tf.Pow, powerByBase, powerByExponent),
  binary(tf.SquaredDifference, twiceDifference, (dy, a, b) => twiceDifference(dy, b, a)),
  binary(
    tf.Atan2,
    (dy, a, b) => tf.mul(b, inverseSquaredRadius(dy, a, b)),
    (dy, a, b) => tf.neg(tf.mul(a, inverseSquaredRadius(dy, a, b))),
  ),
  gradientOfList(tf.AddN, (dy) => tf.clone(dy)),
];
