import * as tf from '@tensorflow/tfjs-core';
import { RESAMPLE } from '../kernels/resample.ts';
import { type DataFormat, fromChannelsLast, toChannelsLast } from './data-format.ts';
import type { ResizeMethod } from './resampling.ts';

/** Settings of a resizing. */
export interface ResizeOptions {
  /** Default `'bilinear'`. */
  readonly method?: ResizeMethod;
  /** Widens the filter when the image shrinks; `nearest` and `area` ignore it. */
  readonly antialias?: boolean;
  /** Default `'channels_last'`. */
  readonly dataFormat?: DataFormat;
}

/**
 * Resizes images. Equals `tf.image.resize` of TensorFlow 2, all methods included; the result is float32 but for
 * `'nearest'`, which keeps the dtype.
 *
 * @param images [batch, height, width, channels], or [batch, channels, height, width] with `channels_first`
 * @param size Height and width of the result.
 */
export function resizeImages(
  images: tf.Tensor,
  size: readonly [number, number],
  options: ResizeOptions = {},
): tf.Tensor {
  const method = options.method ?? 'bilinear';
  const antialias = options.antialias ?? false;
  const format = options.dataFormat ?? 'channels_last';
  const input = toChannelsLast(images, format) as tf.Tensor4D;
  return fromChannelsLast(resize(input, [...size], method, antialias), format);
}

function resize(
  images: tf.Tensor4D,
  size: [number, number],
  method: ResizeMethod,
  antialias: boolean,
): tf.Tensor {
  if (method === 'nearest') {
    const floats = tf.cast(images, 'float32');
    return tf.cast(tf.image.resizeNearestNeighbor(floats, size, false, true), images.dtype);
  }
  const floats = tf.cast(images, 'float32');
  if (method === 'bilinear' && !antialias) {
    return tf.image.resizeBilinear(floats, size, false, true);
  }
  return tf
    .engine()
    .runKernel(RESAMPLE, { images: floats }, { size, method, antialias, grid: 'half_pixel' });
}
