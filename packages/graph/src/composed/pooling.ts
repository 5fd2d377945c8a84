import * as tf from '@tensorflow/tfjs-core';
import { type DataFormat, fromChannelsLast, toChannelsLast } from './data-format.ts';
import { perAxis, type Window, windowsOf } from './window.ts';

/** Settings of a pooling; numbers count for every spatial axis. */
export interface PoolingOptions {
  readonly poolSize: number | readonly number[];
  /** Default: the pool size. */
  readonly strides?: number | readonly number[] | null;
  /** Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Default `'channels_last'`. */
  readonly dataFormat?: DataFormat;
}

/**
 * Takes the maximum of each window over one, two or three spatial axes. Equals TensorFlow's `MaxPool` and `MaxPool3D`.
 *
 * @param x [batch, …spatial, channels], or [batch, channels, …spatial] with `channels_first`
 * @throws RangeError if a window without padding is larger than the input by more than a stride.
 */
export function maxPooling(x: tf.Tensor, options: PoolingOptions): tf.Tensor {
  return pool(x, options, tf.maxPool, tf.maxPool3d);
}

/**
 * Averages each window over one, two or three spatial axes, padding not counted. Equals TensorFlow's `AvgPool` and
 * `AvgPool3D`.
 *
 * @param x [batch, …spatial, channels], or [batch, channels, …spatial] with `channels_first`
 * @throws RangeError if a window without padding is larger than the input by more than a stride.
 */
export function averagePooling(x: tf.Tensor, options: PoolingOptions): tf.Tensor {
  return pool(x, options, tf.avgPool, tf.avgPool3d);
}

function pool(
  x: tf.Tensor,
  options: PoolingOptions,
  pool2d: typeof tf.maxPool,
  pool3d: typeof tf.maxPool3d,
): tf.Tensor {
  const format = options.dataFormat ?? 'channels_last';
  const input = toChannelsLast(x, format);
  const rank = input.rank - 2;
  const padding = options.padding ?? 'valid';
  const poolSize = perAxis(options.poolSize, rank);
  const strides = perAxis(options.strides ?? poolSize, rank);
  const windows = windowsOf(
    { input: input.shape.slice(1, -1), filter: poolSize, strides, dilations: perAxis(1, rank) },
    padding,
  );
  requireFit(windows);
  const shape = [
    input.shape[0] ?? 0,
    ...windows.map(({ output }) => output),
    input.shape[rank + 1] ?? 0,
  ];
  // The wasm kernels destroy the heap when their output is empty.
  if (shape.includes(0)) return fromChannelsLast(tf.zeros(shape, input.dtype), format);
  const floats = tf.cast(input, 'float32');
  const pooled =
    rank === 3
      ? pool3d(floats as tf.Tensor5D, tripleOf(poolSize), tripleOf(strides), padding)
      : tf.reshape(
          pool2d(
            (rank === 1 ? tf.expandDims(floats, 1) : floats) as tf.Tensor4D,
            pairOf(poolSize),
            pairOf(strides),
            padding,
          ),
          shape,
        );
  return fromChannelsLast(tf.cast(pooled, input.dtype), format);
}

function requireFit(windows: readonly Window[]): void {
  for (const { input, before, after, filter, stride } of windows) {
    if (Math.trunc((input + before + after - filter + stride) / stride) < 0) {
      throw new RangeError(`a pooling window of ${filter} does not fit into ${input} elements`);
    }
  }
}

/** Height and width; a sequence is an image of one row. */
function pairOf(values: readonly number[]): [number, number] {
  const [last = 1, beforeLast = 1] = [...values].reverse();
  return [beforeLast, last];
}

function tripleOf([depth = 1, height = 1, width = 1]: readonly number[]): [number, number, number] {
  return [depth, height, width];
}
