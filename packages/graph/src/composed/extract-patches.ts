import { LimitError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { padOrCrop } from './pad-or-crop.ts';
import { perAxis, spanOf, type WindowPadding, windowsOf } from './window.ts';

/** Settings of the patches; numbers count for every spatial axis. */
export interface PatchOptions {
  readonly sizes: number | readonly number[];
  /** Default 1. */
  readonly strides?: number | readonly number[];
  /** Distance of neighbours inside a patch, default 1. */
  readonly rates?: number | readonly number[];
  /** Default `'valid'`. */
  readonly padding?: WindowPadding;
}

/** Most elements of a patch, each of which is a slice of its own; patches seen have some hundred. */
const MAX_PATCH = 65_536;

/**
 * Cuts out the patches that a convolution would see. Equals TensorFlow's `ExtractImagePatches`, for any number of
 * spatial axes.
 *
 * Input shape: [batch, …spatial, channels]. Output shape: [batch, …patches, patch elements · channels], the elements of
 * a patch in row-major order.
 */
export function extractPatches(x: tf.Tensor, options: PatchOptions): tf.Tensor {
  const rank = x.rank - 2;
  const windows = windowsOf(
    {
      input: x.shape.slice(1, -1),
      filter: perAxis(options.sizes, rank),
      strides: perAxis(options.strides ?? 1, rank),
      dilations: perAxis(options.rates ?? 1, rank),
    },
    options.padding ?? 'valid',
  );
  const elements = windows.reduce((product, { filter }) => product * filter, 1);
  if (elements > MAX_PATCH) {
    throw new LimitError(`A patch has ${elements} elements; at most ${MAX_PATCH} are cut out.`);
  }
  const pads = windows.map((window): [number, number] => {
    const used = (window.output - 1) * window.stride + spanOf(window);
    return [window.before, used - window.input - window.before];
  });
  const padded = padOrCrop(x, [[0, 0], ...pads, [0, 0]]);
  const taps = windows.reduce<number[][]>(
    (offsets, { filter, dilation }) =>
      offsets.flatMap((offset) =>
        Array.from({ length: filter }, (_, i) => [...offset, i * dilation]),
      ),
    [[]],
  );
  const strides = windows.map(({ stride }) => stride);
  const slices = taps.map((tap) => {
    const end = windows.map(({ output, stride }, i) => (tap[i] ?? 0) + (output - 1) * stride + 1);
    return tf.stridedSlice(
      padded,
      [0, ...tap, 0],
      [x.shape[0] ?? 0, ...end, x.shape[rank + 1] ?? 0],
      [1, ...strides, 1],
    );
  });
  return tf.concat(slices, -1);
}
