import * as tf from '@tensorflow/tfjs-core';
import { insertZeros } from '../composed/insert-zeros.ts';
import { padOrCrop } from '../composed/pad-or-crop.ts';
import { spanOf, type Window } from '../composed/window.ts';
import type { ComposedKernel } from './composed-kernel.ts';
import { type Conv2DFilterAttrs, type Conv2DInputAttrs, conv2dWindows } from './conv2d-backprop.ts';
import type { NativeCall, Place } from './simd/native-call.ts';
import type { KernelInput, Numbers, TypedArrayKernel } from './typed-array-kernel.ts';

/**
 * Gradient of a depthwise convolution by its input: the output's gradient convolved with the flipped filter, summed
 * over the channel multiplier. Equals TensorFlow's `DepthwiseConv2dNativeBackpropInput`; channels are last.
 */
export const depthwiseBackpropInputKernel: ComposedKernel<Conv2DInputAttrs> = {
  kernelName: tf.DepthwiseConv2dNativeBackpropInput,
  compute: ({ dy, filter }, attrs) => {
    if (dy === undefined || filter === undefined) throw new TypeError('dy and filter are needed');
    const windows = conv2dWindows(attrs.inputShape, filter.shape, attrs);
    const [rows = 1, columns = 1, channels = 1, multiplier = 1] = filter.shape;
    const spread = windows.reduce<tf.Tensor>((x, w, i) => insertZeros(x, i + 1, w.stride), dy);
    const pads = windows.map((window, i): [number, number] => {
      const before = spanOf(window) - 1 - window.before;
      const length = spread.shape[i + 1] ?? 0;
      return [before, window.input + spanOf(window) - 1 - length - before];
    });
    const flipped = tf.reshape(tf.reverse(filter, [0, 1]), [
      rows,
      columns,
      channels * multiplier,
      1,
    ]);
    const gradient = tf.depthwiseConv2d(
      padOrCrop(spread, [[0, 0], ...pads, [0, 0]]) as tf.Tensor4D,
      flipped as tf.Tensor4D,
      1,
      'valid',
      'NHWC',
      [windows[0]?.dilation ?? 1, windows[1]?.dilation ?? 1],
    );
    if (multiplier === 1) return gradient;
    return tf.sum(tf.reshape(gradient, [...attrs.inputShape, multiplier]), -1);
  },
};

/**
 * Gradient of a depthwise convolution by its filter, in one loop. Equals TensorFlow's
 * `DepthwiseConv2dNativeBackpropFilter`; channels are last.
 */
export const depthwiseBackpropFilterKernel: TypedArrayKernel<Conv2DFilterAttrs> = {
  kernelName: tf.DepthwiseConv2dNativeBackpropFilter,
  infer: (_, { filterShape }) => [{ shape: filterShape, dtype: 'float32' }],
  compute: ({ x, dy }, [gradient], attrs) => {
    if (x === undefined || dy === undefined || gradient === undefined) return;
    const [vertical, horizontal] = conv2dWindows(x.shape, attrs.filterShape, attrs);
    if (vertical === undefined || horizontal === undefined) return;
    const sums = new Float64Array(gradient.length);
    const channels = attrs.filterShape[2] ?? 1;
    const multiplier = attrs.filterShape[3] ?? 1;
    forEachOverlap(x.shape, vertical, horizontal, (pixel, place, tap) => {
      const to = tap * channels * multiplier;
      const from = place * channels * multiplier;
      addProducts(x.values, pixel * channels, dy.values, from, sums, to, channels, multiplier);
    });
    gradient.set(sums);
  },
  nativeServes: (_, { filterShape }) => filterShape[3] === 1,
  native: (call, { filterShape, ...attrs }) => {
    const { x, dy } = call.inputs;
    const [gradient] = call.outputs;
    if (x === undefined || dy === undefined || gradient === undefined) return;
    const [vertical, horizontal] = conv2dWindows(x.shape, filterShape, attrs);
    if (vertical === undefined || horizontal === undefined) return;
    const sums = call.reserve(gradient.size);
    if (dy.size > 0) addRowsNative(call, [x, dy], [vertical, horizontal], sums);
    call.floats(gradient.address, gradient.size).set(call.doubles(sums, gradient.size));
  },
};

/**
 * Adds, per tap of the filter and channel, the products of each row of the output's gradient with the pixels that the
 * tap meets; within a row in float32, over the rows in float64.
 */
function addRowsNative(
  { simd, reserve, floats }: NativeCall,
  [x, dy]: readonly [Place, Place],
  [vertical, horizontal]: readonly [Window, Window],
  sums: number,
): void {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const rowSums = reserve(channels);
  const pixel = 4 * channels;
  for (let line = 0; line < batch * vertical.output; line++) {
    const image = Math.floor(line / vertical.output);
    const top = (line % vertical.output) * vertical.stride - vertical.before;
    for (let tap = 0; tap < vertical.filter * horizontal.filter; tap++) {
      const row = top + Math.floor(tap / horizontal.filter) * vertical.dilation;
      if (row < 0 || row >= height) continue;
      const shift = (tap % horizontal.filter) * horizontal.dilation - horizontal.before;
      const first = Math.max(Math.ceil(-shift / horizontal.stride), 0);
      const end = Math.min(Math.ceil((width - shift) / horizontal.stride), horizontal.output);
      if (end <= first) continue;
      const from = (image * height + row) * width + first * horizontal.stride + shift;
      const place = line * horizontal.output + first;
      floats(rowSums, channels).fill(0);
      simd.rowProducts(
        x.address + from * pixel,
        dy.address + place * pixel,
        rowSums,
        end - first,
        channels,
        (horizontal.stride - 1) * pixel,
        0,
      );
      simd.columnSums(rowSums, sums + 8 * tap * channels, 1, channels);
    }
  }
}

/** Visits each pair of an output place and a filter tap that meets a pixel of the input. */
function forEachOverlap(
  [batch = 1, height = 1, width = 1]: KernelInput['shape'],
  vertical: Window,
  horizontal: Window,
  visit: (pixel: number, place: number, tap: number) => void,
): void {
  for (let place = 0; place < batch * vertical.output * horizontal.output; place++) {
    const column = place % horizontal.output;
    const line = Math.floor(place / horizontal.output);
    const image = Math.floor(line / vertical.output);
    const top = (line % vertical.output) * vertical.stride - vertical.before;
    const left = column * horizontal.stride - horizontal.before;
    for (let tap = 0; tap < vertical.filter * horizontal.filter; tap++) {
      const row = top + Math.floor(tap / horizontal.filter) * vertical.dilation;
      const x = left + (tap % horizontal.filter) * horizontal.dilation;
      if (row < 0 || row >= height || x < 0 || x >= width) continue;
      visit((image * height + row) * width + x, place, tap);
    }
  }
}

function addProducts(
  x: Numbers,
  xFrom: number,
  dy: Numbers,
  dyFrom: number,
  sums: Float64Array,
  to: number,
  channels: number,
  multiplier: number,
): void {
  for (let c = 0, i = 0; c < channels; c++) {
    const value = x[xFrom + c] ?? 0;
    for (let m = 0; m < multiplier; m++, i++) {
      sums[to + i] = (sums[to + i] ?? 0) + value * (dy[dyFrom + i] ?? 0);
    }
  }
}
