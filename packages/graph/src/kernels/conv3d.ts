import * as tf from '@tensorflow/tfjs-core';
import { padOrCrop } from '../composed/pad-or-crop.ts';
import { paddingOf, perAxis, type Window, windowsOf } from '../composed/window.ts';
import type { ComposedKernel } from './composed-kernel.ts';
import { convFilterGradient, convInputGradient } from './conv-backprop.ts';

/** Attributes that the kernels of a three-dimensional convolution share; channels are last. */
export interface Conv3DAttrs {
  readonly strides: number | readonly number[];
  readonly pad: 'same' | 'valid' | number | ReadonlyArray<readonly number[]>;
  readonly dilations?: number | readonly number[];
}

/** Attributes of the gradient by the filter. */
export interface Conv3DFilterAttrs extends Conv3DAttrs {
  readonly filterShape: readonly number[];
}

/** Attributes of the gradient by the input. */
export interface Conv3DInputAttrs extends Conv3DAttrs {
  readonly inputShape: readonly number[];
}

/** Computes the windows of a three-dimensional convolution of a volume of `inputShape`. */
export function conv3dWindows(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Conv3DAttrs,
): Window[] {
  return windowsOf(
    {
      input: inputShape.slice(1, 4),
      filter: filterShape.slice(0, 3),
      strides: perAxis(attrs.strides, 3),
      dilations: perAxis(attrs.dilations ?? 1, 3),
    },
    paddingOf(attrs.pad, 3),
  );
}

/** Convolves as a sum of two-dimensional convolutions, one per plane of the filter, which use the fast kernel. */
function convolve(x: tf.Tensor, filter: tf.Tensor, windows: readonly Window[]): tf.Tensor {
  const [depth, height, width] = windows;
  if (depth === undefined || height === undefined || width === undefined) return x;
  const pads = windows.map(({ before, after }) => [before, after] as const);
  const padded = padOrCrop(x, [[0, 0], ...pads, [0, 0]]);
  const [batch = 1, , rows = 1, columns = 1, channels = 1] = padded.shape;
  const outputs = filter.shape[4] ?? 1;
  const planes = Array.from({ length: depth.filter }, (_, plane) => {
    const first = plane * depth.dilation;
    const last = first + (depth.output - 1) * depth.stride + 1;
    const taken = tf.stridedSlice(
      padded,
      [0, first, 0, 0, 0],
      [batch, last, rows, columns, channels],
      [1, depth.stride, 1, 1, 1],
    );
    return tf.conv2d(
      tf.reshape(taken, [batch * depth.output, rows, columns, channels]) as tf.Tensor4D,
      tf.reshape(tf.slice(filter, plane, 1), [
        height.filter,
        width.filter,
        channels,
        outputs,
      ]) as tf.Tensor4D,
      [height.stride, width.stride],
      'valid',
      'NHWC',
      [height.dilation, width.dilation],
    );
  });
  return tf.reshape(tf.addN(planes), [batch, depth.output, height.output, width.output, outputs]);
}

function convolveValid(
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: readonly number[],
  dilations: readonly number[],
): tf.Tensor {
  return convolve(
    x,
    filter,
    conv3dWindows(x.shape, filter.shape, { strides, dilations, pad: 'valid' }),
  );
}

/** Three-dimensional convolution. Equals TensorFlow's `Conv3D`. */
export const conv3dKernel: ComposedKernel<Conv3DAttrs> = {
  kernelName: tf.Conv3D,
  compute: ({ x, filter }, attrs) => {
    if (x === undefined || filter === undefined) throw new TypeError('x and filter are needed');
    const windows = conv3dWindows(x.shape, filter.shape, attrs);
    const outputs = filter.shape[4] ?? 1;
    const shape = [x.shape[0] ?? 0, ...windows.map(({ output }) => output), outputs];
    return shape.includes(0) ? tf.zeros(shape) : convolve(x, filter, windows);
  },
};

/** Gradient of a three-dimensional convolution by its input. Equals TensorFlow's `Conv3DBackpropInputV2`. */
export const conv3dBackpropInputKernel: ComposedKernel<Conv3DInputAttrs> = {
  kernelName: tf.Conv3DBackpropInputV2,
  compute: ({ dy, filter }, attrs) => {
    if (dy === undefined || filter === undefined) throw new TypeError('dy and filter are needed');
    const windows = conv3dWindows(attrs.inputShape, filter.shape, attrs);
    return convInputGradient(dy, filter, windows, convolveValid);
  },
};

/** Gradient of a three-dimensional convolution by its filter. Equals TensorFlow's `Conv3DBackpropFilterV2`. */
export const conv3dBackpropFilterKernel: ComposedKernel<Conv3DFilterAttrs> = {
  kernelName: tf.Conv3DBackpropFilterV2,
  compute: ({ x, dy }, attrs) => {
    if (x === undefined || dy === undefined) throw new TypeError('x and dy are needed');
    if (dy.size === 0) return tf.zeros([...attrs.filterShape]);
    const windows = conv3dWindows(x.shape, attrs.filterShape, attrs);
    return convFilterGradient(x, dy, windows, convolveValid);
  },
};
