import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../composed/mat-mul.ts';
import { paddingOf, perAxis, type Window, windowsOf } from '../composed/window.ts';
import type { ComposedKernel } from './composed-kernel.ts';
import { convFilterGradient, convInputGradient, type ValidConvolution } from './conv-backprop.ts';

/** Attributes that the kernels of a two-dimensional convolution share; tfjs leaves out the dilations in gradients. */
export interface Conv2DAttrs {
  readonly strides: number | readonly number[];
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | readonly number[];
}

/** Attributes of the gradient by the filter. */
export interface Conv2DFilterAttrs extends Conv2DAttrs {
  readonly filterShape: readonly number[];
}

/** Attributes of the gradient by the input. */
export interface Conv2DInputAttrs extends Conv2DAttrs {
  readonly inputShape: readonly number[];
}

const toLast = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 3, 1]);
const toFirst = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2]);

const convolve: ValidConvolution = (x, filter, strides, dilations) =>
  tf.conv2d(
    x as tf.Tensor4D,
    filter as tf.Tensor4D,
    [strides[0] ?? 1, strides[1] ?? 1],
    'valid',
    'NHWC',
    [dilations[0] ?? 1, dilations[1] ?? 1],
  );

/** Computes the windows of a two-dimensional convolution of an image of `inputShape` (channels last). */
export function conv2dWindows(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Conv2DAttrs,
): Window[] {
  return windowsOf(
    {
      input: inputShape.slice(1, 3),
      filter: filterShape.slice(0, 2),
      strides: perAxis(attrs.strides, 2),
      dilations: perAxis(attrs.dilations ?? 1, 2),
    },
    paddingOf(attrs.pad, 2, attrs.dataFormat === 'NCHW'),
  );
}

/** A filter of one element that visits every pixel: the convolution is a product of matrices. */
function isPointwise(windows: readonly Window[]): boolean {
  return windows.every(
    ({ filter, stride, before, after }) => filter === 1 && stride === 1 && before + after === 0,
  );
}

function inputGradient(dy: tf.Tensor, filter: tf.Tensor, attrs: Conv2DInputAttrs): tf.Tensor {
  const windows = conv2dWindows(attrs.inputShape, filter.shape, attrs);
  if (!isPointwise(windows)) return convInputGradient(dy, filter, windows, convolve);
  const [, , inputs = 1, outputs = 1] = filter.shape;
  const rows = tf.reshape(dy, [-1, outputs]);
  const product = matMul(rows, tf.reshape(filter, [inputs, outputs]), false, true);
  return tf.reshape(product, [...attrs.inputShape]);
}

function filterGradient(x: tf.Tensor, dy: tf.Tensor, attrs: Conv2DFilterAttrs): tf.Tensor {
  const { filterShape } = attrs;
  if (dy.size === 0) return tf.zeros([...filterShape]);
  const windows = conv2dWindows(x.shape, filterShape, attrs);
  if (!isPointwise(windows)) return convFilterGradient(x, dy, windows, convolve);
  const [, , inputs = 1, outputs = 1] = filterShape;
  const product = matMul(tf.reshape(x, [-1, inputs]), tf.reshape(dy, [-1, outputs]), true, false);
  return tf.reshape(product, [...filterShape]);
}

/** Gradient of a two-dimensional convolution by its input. Equals TensorFlow's `Conv2DBackpropInput`. */
export const conv2dBackpropInputKernel: ComposedKernel<Conv2DInputAttrs> = {
  kernelName: tf.Conv2DBackpropInput,
  compute: ({ dy, filter }, attrs) => {
    if (dy === undefined || filter === undefined) throw new TypeError('dy and filter are needed');
    if (attrs.dataFormat !== 'NCHW') return inputGradient(dy, filter, attrs);
    const [batch = 1, channels = 1, height = 1, width = 1] = attrs.inputShape;
    const inputShape = [batch, height, width, channels];
    return toFirst(inputGradient(toLast(dy), filter, { ...attrs, inputShape }));
  },
};

/** Gradient of a two-dimensional convolution by its filter. Equals TensorFlow's `Conv2DBackpropFilter`. */
export const conv2dBackpropFilterKernel: ComposedKernel<Conv2DFilterAttrs> = {
  kernelName: tf.Conv2DBackpropFilter,
  compute: ({ x, dy }, attrs) => {
    if (x === undefined || dy === undefined) throw new TypeError('x and dy are needed');
    if (attrs.dataFormat !== 'NCHW') return filterGradient(x, dy, attrs);
    return filterGradient(toLast(x), toLast(dy), attrs);
  },
};
