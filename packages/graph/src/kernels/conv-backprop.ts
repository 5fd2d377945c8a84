import * as tf from '@tensorflow/tfjs-core';
import { padOrCrop } from '../composed/pad-or-crop.ts';
import { spanOf, type Window } from '../composed/window.ts';

/** Convolves without padding; `x` is [batch, …, in], `filter` is […, in, out]. */
export type ValidConvolution = (
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: readonly number[],
  dilations: readonly number[],
) => tf.Tensor;

/** The elements of the input at one remainder modulo the stride, along one axis. */
interface Phase {
  /** First tap of the filter that reaches them; the others follow at the distance of the stride. */
  readonly firstTap: number;
  readonly taps: number;
  /** How many elements there are. */
  readonly count: number;
  /** Padding in front of and behind the output's gradient; negative cuts. */
  readonly pads: readonly [number, number];
}

/**
 * Computes the gradient of a convolution by its input as convolutions of the output's gradient with the flipped
 * filter, which run on the fast kernel of the backend.
 *
 * With strides, the elements of each remainder modulo the stride see a part of the filter of their own, so that no zero
 * is ever multiplied; with dilations the strides are one.
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
  if (dy.size === 0) {
    const inputs = filter.shape[filter.rank - 2] ?? 1;
    return tf.zeros([dy.shape[0] ?? 0, ...windows.map(({ input }) => input), inputs]);
  }
  return assemblePhases(dy, filter, windows, convolve, []);
}

/** Computes all phases of the axes that `chosen` leaves open and interleaves them. */
function assemblePhases(
  dy: tf.Tensor,
  filter: tf.Tensor,
  windows: readonly Window[],
  convolve: ValidConvolution,
  chosen: readonly Phase[],
): tf.Tensor {
  const window = windows[chosen.length];
  if (window === undefined) return phaseGradient(dy, filter, windows, convolve, chosen);
  const axis = chosen.length + 1;
  const phases = Array.from({ length: window.stride }, (_, remainder) =>
    assemblePhases(dy, filter, windows, convolve, [
      ...chosen,
      phaseOf(window, remainder, dy.shape[axis] ?? 0),
    ]),
  );
  const [only = dy] = phases;
  if (phases.length === 1) return only;
  const longest = Math.ceil(window.input / window.stride);
  const equal = phases.map((phase) =>
    padOrCrop(
      phase,
      phase.shape.map((length, i) => [0, i === axis ? longest - length : 0] as const),
    ),
  );
  const shape = [...(equal[0] ?? dy).shape];
  shape[axis] = longest * window.stride;
  const interleaved = tf.reshape(tf.stack(equal, axis + 1), shape);
  return padOrCrop(
    interleaved,
    shape.map((length, i) => [0, i === axis ? window.input - length : 0] as const),
  );
}

function phaseOf(window: Window, remainder: number, length: number): Phase {
  const { stride, before, filter, dilation } = window;
  const firstTap = (remainder + before) % stride;
  const taps = Math.max(Math.ceil((filter - firstTap) / stride), 0);
  const count = Math.max(Math.ceil((window.input - remainder) / stride), 0);
  const reach = (taps - 1) * dilation;
  const front = reach - (remainder + before - firstTap) / stride;
  return { firstTap, taps, count, pads: [front, count + reach - length - front] };
}

function phaseGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  windows: readonly Window[],
  convolve: ValidConvolution,
  phases: readonly Phase[],
): tf.Tensor {
  const rank = windows.length;
  const spatial = windows.map((_, i) => i);
  const [inputs = 1, outputs = 1] = filter.shape.slice(rank);
  if (phases.some(({ taps, count }) => taps === 0 || count === 0)) {
    return tf.zeros([dy.shape[0] ?? 0, ...phases.map(({ count }) => count), inputs]);
  }
  const part = tf.stridedSlice(
    filter,
    [...phases.map(({ firstTap }) => firstTap), 0, 0],
    [...filter.shape.slice(0, rank), inputs, outputs],
    [...windows.map(({ stride }) => stride), 1, 1],
  );
  return convolve(
    padOrCrop(dy, [[0, 0], ...phases.map(({ pads }) => pads), [0, 0]]),
    tf.transpose(tf.reverse(part, spatial), [...spatial, rank + 1, rank]),
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
