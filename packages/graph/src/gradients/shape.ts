import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, gradientOfList, zeroGradient } from './define.ts';

/** Sums the copies that tiling made, one axis after the other. */
function untile(dy: tf.Tensor, shape: number[], reps: number[]): tf.Tensor {
  let sum = dy;
  reps.forEach((rep, axis) => {
    if (rep === 1) return;
    const before = sum.shape.slice(0, axis);
    const after = sum.shape.slice(axis + 1);
    const length = shape[axis] ?? 1;
    const rows = before.reduce((n, d) => n * d, 1);
    const row = after.reduce((n, d) => n * d, length);
    sum = tf.reshape(tf.sum(tf.reshape(sum, [rows, rep, row]), 1), [...before, length, ...after]);
  });
  return tf.reshape(sum, shape);
}

function concatGradient(
  dy: tf.Tensor,
  inputs: readonly tf.Tensor[],
  axis: number,
  index: number,
): tf.Tensor {
  const positive = axis < 0 ? axis + dy.rank : axis;
  const begin = dy.shape.map(() => 0);
  begin[positive] = inputs.slice(0, index).reduce((n, t) => n + (t.shape[positive] ?? 0), 0);
  return tf.slice(dy, begin, inputs[index]?.shape ?? []);
}

function packGradient(dy: tf.Tensor, axis: number, index: number): tf.Tensor {
  const positive = axis < 0 ? axis + dy.rank : axis;
  const begin = dy.shape.map((_, i) => (i === positive ? index : 0));
  const size = dy.shape.map((d, i) => (i === positive ? 1 : d));
  return tf.squeeze(tf.slice(dy, begin, size), [positive]);
}

function transposeGradient(dy: tf.Tensor, perm: number[]): tf.Tensor {
  const rank = perm.length;
  const positive = perm.map((axis) => (axis < 0 ? axis + rank : axis));
  return tf.transpose(
    dy,
    positive.map((_, i) => positive.indexOf(i)),
  );
}

function castGradient(dy: tf.Tensor, x: tf.Tensor, dtype: tf.DataType): tf.Tensor {
  return dtype === 'float32' ? tf.clone(dy) : zeroGradient(x);
}

/** Takes the elements of the gradient that lie on the diagonal. */
function diagonalGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const square = tf.reshape(dy, [x.size, x.size]);
  return tf.reshape(tf.sum(tf.mul(square, tf.eye(x.size)), 1), x.shape);
}

function list(gradient: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return Array.isArray(gradient) ? gradient : [gradient];
}

/** Gradients of the kernels that only move elements. */
export const shapeGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Identity, [], (dy) => ({ x: () => tf.clone(dy) })),
  gradientOf(tf.Cast, ['x'], (dy, { x }, { dtype }: tf.CastAttrs) => ({
    x: () => castGradient(dy, x, dtype),
  })),
  gradientOf(tf.Reshape, ['x'], (dy, { x }) => ({ x: () => tf.reshape(dy, x.shape) })),
  gradientOf(tf.ExpandDims, ['input'], (dy, { input }) => ({
    input: () => tf.reshape(dy, input.shape),
  })),
  gradientOf(tf.Transpose, [], (dy, _, { perm }: tf.TransposeAttrs) => ({
    x: () => transposeGradient(dy, perm),
  })),
  gradientOf(tf.Tile, ['x'], (dy, { x }, { reps }: tf.TileAttrs) => ({
    x: () => untile(dy, x.shape, reps),
  })),
  gradientOf(tf.Reverse, [], (dy, _, { dims }: tf.ReverseAttrs) => ({
    x: () => tf.reverse(dy, dims),
  })),
  gradientOfList(tf.Concat, (dy, inputs, { axis }: tf.ConcatAttrs, index) =>
    concatGradient(dy, inputs, axis, index),
  ),
  gradientOfList(tf.Pack, (dy, _, { axis }: tf.PackAttrs, index) => packGradient(dy, axis, index)),
  {
    kernelName: tf.Unpack,
    gradFunc: (dy, _, attrs) => ({ value: () => tf.stack(list(dy), Number(attrs.axis)) }),
  },
  {
    kernelName: tf.SplitV,
    gradFunc: (dy, _, attrs) => ({ x: () => tf.concat(list(dy), Number(attrs.axis)) }),
  },
  gradientOf(tf.Diag, ['x'], (dy, { x }) => ({ x: () => diagonalGradient(dy, x) })),
  gradientOf(tf.FlipLeftRight, [], (dy) => ({
    image: () => tf.image.flipLeftRight(dy as tf.Tensor4D),
  })),
  gradientOf(tf.SpaceToBatchND, [], (dy, _, attrs: tf.SpaceToBatchNDAttrs) => ({
    x: () => tf.batchToSpaceND(dy, attrs.blockShape, attrs.paddings),
  })),
  gradientOf(tf.BatchToSpaceND, [], (dy, _, attrs: tf.BatchToSpaceNDAttrs) => ({
    x: () => tf.spaceToBatchND(dy, attrs.blockShape, attrs.crops),
  })),
];
