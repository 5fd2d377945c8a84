import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, maskOf } from './define.ts';

interface ReductionAttrs {
  readonly axis: number | number[] | null;
  readonly keepDims: boolean;
}

function reducedAxes(attrs: ReductionAttrs, shape: number[]): number[] {
  return tf.util.parseAxisParam(attrs.axis ?? shape.map((_, i) => i), shape);
}

/** Puts the reduced axes back with length one. */
function withReducedAxes(reduced: tf.Tensor, attrs: ReductionAttrs, shape: number[]): tf.Tensor {
  const kept = tf.backend_util.expandShapeToKeepDim(
    shape.filter((_, i) => !reducedAxes(attrs, shape).includes(i)),
    reducedAxes(attrs, shape),
  );
  return tf.reshape(reduced, kept);
}

function spread(dy: tf.Tensor, attrs: ReductionAttrs, shape: number[]): tf.Tensor {
  return tf.broadcastTo(withReducedAxes(dy, attrs, shape), shape);
}

function meanGradient(dy: tf.Tensor, attrs: ReductionAttrs, shape: number[]): tf.Tensor {
  const count = reducedAxes(attrs, shape).reduce((n, axis) => n * (shape[axis] ?? 1), 1);
  return spread(tf.div(dy, count), attrs, shape);
}

/** Splits the gradient of a maximum or minimum evenly between the elements that attain it. */
function extremumGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  y: tf.Tensor,
  attrs: ReductionAttrs,
): tf.Tensor {
  const attained = maskOf(tf.equal(x, withReducedAxes(y, attrs, x.shape)));
  const share = tf.div(
    withReducedAxes(dy, attrs, x.shape),
    tf.sum(attained, reducedAxes(attrs, x.shape), true),
  );
  return tf.mul(attained, share);
}

/** Multiplies, for each element, all others of its reduced group, which stays right where elements are zero. */
function productGradient(dy: tf.Tensor, x: tf.Tensor, attrs: ReductionAttrs): tf.Tensor {
  const axes = reducedAxes(attrs, x.shape);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const permutation = [...others, ...axes];
  const moved = tf.transpose(x, permutation);
  const groups = others.reduce((n, axis) => n * (x.shape[axis] ?? 1), 1);
  const flat = tf.reshape(moved, [groups, x.size / Math.max(groups, 1)]);
  const before = tf.cumprod(flat, 1, true, false);
  const after = tf.cumprod(flat, 1, true, true);
  const gradient = tf.mul(tf.mul(before, after), tf.reshape(dy, [groups, 1]));
  const inverse = permutation.map((_, i) => permutation.indexOf(i));
  return tf.transpose(tf.reshape(gradient, moved.shape), inverse);
}

function cumulativeProductGradient(dy: tf.Tensor, x: tf.Tensor, attrs: tf.CumprodAttrs): tf.Tensor {
  const product = tf.cumprod(x, attrs.axis, attrs.exclusive, attrs.reverse);
  const sum = tf.cumsum(tf.mul(product, dy), attrs.axis, attrs.exclusive, !attrs.reverse);
  return tf.divNoNan(sum, x);
}

/** Gradients of the reductions and cumulative operations, as TensorFlow defines them. */
export const reductionGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Sum, ['x'], (dy, { x }, attrs: ReductionAttrs) => ({
    x: () => spread(dy, attrs, x.shape),
  })),
  gradientOf(tf.Mean, ['x'], (dy, { x }, attrs: ReductionAttrs) => ({
    x: () => meanGradient(dy, attrs, x.shape),
  })),
  gradientOf(tf.Max, ['x', 'y'], (dy, { x, y }, attrs: tf.MaxAttrs) => ({
    x: () => extremumGradient(dy, x, y, { axis: attrs.reductionIndices, keepDims: attrs.keepDims }),
  })),
  gradientOf(tf.Min, ['x', 'y'], (dy, { x, y }, attrs: ReductionAttrs) => ({
    x: () => extremumGradient(dy, x, y, attrs),
  })),
  gradientOf(tf.Prod, ['x'], (dy, { x }, attrs: ReductionAttrs) => ({
    x: () => productGradient(dy, x, attrs),
  })),
  gradientOf(tf.Cumsum, [], (dy, _, attrs: tf.CumsumAttrs) => ({
    x: () => tf.cumsum(dy, attrs.axis, attrs.exclusive, !attrs.reverse),
  })),
  gradientOf(tf.Cumprod, ['x'], (dy, { x }, attrs: tf.CumprodAttrs) => ({
    x: () => cumulativeProductGradient(dy, x, attrs),
  })),
];
