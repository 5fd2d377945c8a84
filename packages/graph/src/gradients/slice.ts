import * as tf from '@tensorflow/tfjs-core';
import { insertZeros } from '../composed/insert-zeros.ts';
import { spaceToDepth } from '../composed/space-to-depth.ts';
import { sliceInfoOf } from '../kernels/strided-slice.ts';
import { gradientOf, zeroGradient } from './define.ts';

type Pads = Array<[number, number]>;

function sliceGradient(dy: tf.Tensor, x: tf.Tensor, attrs: tf.SliceAttrs): tf.Tensor {
  const [begin = []] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
  const pads: Pads = x.shape.map((length, axis) => {
    const before = begin[axis] ?? 0;
    return [before, length - before - (dy.shape[axis] ?? 0)];
  });
  return tf.pad(dy, pads);
}

/** Spreads the gradient of every n-th element over the axis it was taken from. */
function stridedSliceGradient(
  dy: tf.Tensor,
  shape: number[],
  attrs: tf.StridedSliceAttrs,
): tf.Tensor {
  const { begin, end, strides } = sliceInfoOf(shape, attrs);
  const taken = tf.slice_util.computeOutShape(begin, end, strides);
  if (taken.includes(0)) return tf.zeros(shape);
  let gradient = tf.reshape(dy, taken);
  const pads: Pads = shape.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    const count = taken[axis] ?? 1;
    const first = (begin[axis] ?? 0) + (stride < 0 ? stride * (count - 1) : 0);
    if (stride < 0) gradient = tf.reverse(gradient, axis);
    gradient = insertZeros(gradient, axis, Math.abs(stride));
    return [first, length - first - (gradient.shape[axis] ?? 0)];
  });
  return tf.pad(gradient, pads);
}

function padGradient(dy: tf.Tensor, x: tf.Tensor, paddings: Pads): tf.Tensor {
  return tf.slice(
    dy,
    paddings.map(([before]) => before),
    x.shape,
  );
}

/** Folds the mirrored borders back onto the elements they were copied from, one axis after the other. */
function mirrorPadGradient(dy: tf.Tensor, attrs: tf.MirrorPadAttrs): tf.Tensor {
  const offset = attrs.mode === 'reflect' ? 1 : 0;
  return attrs.paddings.reduce<tf.Tensor>((gradient, [before, after], axis) => {
    const length = (gradient.shape[axis] ?? 0) - before - after;
    const inner = part(gradient, axis, before, length);
    const left = folded(gradient, axis, 0, before, [offset, length - before - offset]);
    const right = folded(gradient, axis, before + length, after, [length - after - offset, offset]);
    return tf.addN([inner, left, right]);
  }, dy);
}

function folded(
  x: tf.Tensor,
  axis: number,
  begin: number,
  length: number,
  pads: [number, number],
): tf.Tensor {
  const mirrored = tf.reverse(part(x, axis, begin, length), axis);
  return tf.pad(
    mirrored,
    x.shape.map((_, i) => (i === axis ? pads : [0, 0])),
  );
}

function part(x: tf.Tensor, axis: number, begin: number, length: number): tf.Tensor {
  return tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? begin : 0)),
    x.shape.map((size, i) => (i === axis ? length : size)),
  );
}

function depthToSpaceGradient(dy: tf.Tensor, attrs: tf.DepthToSpaceAttrs): tf.Tensor {
  if (attrs.dataFormat === 'NHWC') return spaceToDepth(dy, attrs.blockSize);
  const channelsLast = tf.transpose(dy, [0, 2, 3, 1]);
  return tf.transpose(spaceToDepth(channelsLast, attrs.blockSize), [0, 3, 1, 2]);
}

/** Gradients of the kernels that cut, pad or choose between tensors. */
export const sliceGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Slice, ['x'], (dy, { x }, attrs: tf.SliceAttrs) => ({
    x: () => sliceGradient(dy, x, attrs),
  })),
  gradientOf(tf.StridedSlice, ['x'], (dy, { x }, attrs: tf.StridedSliceAttrs) => ({
    x: () => stridedSliceGradient(dy, x.shape, attrs),
  })),
  gradientOf(tf.PadV2, ['x'], (dy, { x }, { paddings }: tf.PadV2Attrs) => ({
    x: () => padGradient(dy, x, paddings),
  })),
  gradientOf(tf.MirrorPad, [], (dy, _, attrs: tf.MirrorPadAttrs) => ({
    x: () => mirrorPadGradient(dy, attrs),
  })),
  gradientOf(tf.Select, ['condition'], (dy, { condition }) => ({
    condition: () => zeroGradient(condition),
    t: () => tf.where(condition, dy, tf.zerosLike(dy)),
    e: () => tf.where(condition, tf.zerosLike(dy), dy),
  })),
  gradientOf(tf.DepthToSpace, [], (dy, _, attrs: tf.DepthToSpaceAttrs) => ({
    x: () => depthToSpaceGradient(dy, attrs),
  })),
];
