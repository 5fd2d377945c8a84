import * as tf from '@tensorflow/tfjs-core';
import { insertZeros } from '../insert-zeros.ts';
import { padOrCrop } from '../pad-or-crop.ts';
import { spanOf, type Window } from '../window.ts';

/** Convolves without padding; `x` is [batch, …, in], `filter` is […, in, out]. */
export type ValidConvolution = (
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: readonly number[],
  dilations: readonly number[],
) => tf.Tensor;

/**
 * Computes the gradient of a convolution by its input as a convolution of the output's gradient with the flipped
 * filter, which runs on the fast kernel of the backend.
 *
 * @param dy [batch, …, out]
 * @param filter […, in, out]
 */
export function convInputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  windows: readonly Window[],
  convolve: ValidConvolution,
): tf.Tensor {
  const rank = windows.length;
  const spatial = windows.map((_, i) => i);
  const spread = windows.reduce<tf.Tensor>((x, { stride }, i) => insertZeros(x, i + 1, stride), dy);
  const pads = windows.map((window, i): [number, number] => {
    const before = spanOf(window) - 1 - window.before;
    const length = spread.shape[i + 1] ?? 0;
    return [before, window.input + spanOf(window) - 1 - length - before];
  });
  const flipped = tf.transpose(tf.reverse(filter, spatial), [...spatial, rank + 1, rank]);
  return convolve(
    padOrCrop(spread, [[0, 0], ...pads, [0, 0]]),
    flipped,
    windows.map(() => 1),
    windows.map(({ dilation }) => dilation),
  );
}

/**
 * Computes the gradient of a convolution by its filter as one convolution with the roles of batch and channels
 * swapped: the input's channels are the batch, the output's gradient is the filter, strides and dilations change places.
 *
 * @param x [batch, …, in]
 * @param dy [batch, …, out]
 */
export function convFilterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  windows: readonly Window[],
  convolve: ValidConvolution,
): tf.Tensor {
  const rank = windows.length;
  const axes = windows.map((_, i) => i + 1);
  const pads = windows.map((window): [number, number] => {
    const used = (window.output - 1) * window.stride + spanOf(window);
    return [window.before, used - window.input - window.before];
  });
  const swapped = convolve(
    tf.transpose(padOrCrop(x, [[0, 0], ...pads, [0, 0]]), [rank + 1, ...axes, 0]),
    tf.transpose(dy, [...axes, 0, rank + 1]),
    windows.map(({ dilation }) => dilation),
    windows.map(({ stride }) => stride),
  );
  return tf.transpose(swapped, [...axes, 0, rank + 1]);
}
