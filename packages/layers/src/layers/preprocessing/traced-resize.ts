import { UnsupportedError } from '@km/core';
import { tracedLength, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Ops by the names of the interpolations, with the attributes that `tf.image.resize` gives them. */
const OPS: ReadonlyMap<string, readonly [op: string, halfPixels: boolean]> = new Map([
  ['bilinear', ['ResizeBilinear', true]],
  ['nearest', ['ResizeNearestNeighbor', true]],
  ['bicubic', ['ResizeBicubic', true]],
  ['area', ['ResizeArea', false]],
]);

/**
 * Writes a resizing into the function that is being traced: one side of the images, −3 the height and −2 the width, is
 * multiplied by a number.
 */
export function tracedResize(
  images: tf.Tensor,
  axis: -3 | -2,
  factor: tf.Tensor,
  interpolation: string,
): tf.Tensor {
  const [op, halfPixels] = OPS.get(interpolation) ?? [];
  if (op === undefined) {
    throw new UnsupportedError(`No op resizes to a random size by '${interpolation}'.`);
  }
  const [batch = 1, height = 1, width = 1, channels = 1] = images.shape;
  const scaled = (length: number): tf.Tensor => tf.cast(tf.mul(factor, length), 'int32');
  const kept = (length: number): tf.Tensor => tf.scalar(length, 'int32');
  const isTall = axis === -3;
  const size = tf.stack([
    isTall ? scaled(height) : kept(height),
    isTall ? kept(width) : scaled(width),
  ]);
  const shape = [
    batch,
    isTall ? tracedLength() : height,
    isTall ? width : tracedLength(),
    channels,
  ];
  const [resized = images] = tracedOp({
    op,
    inputs: [images, size],
    attrs: halfPixels === true ? { half_pixel_centers: { b: true } } : {},
    outputs: [{ shape, dtype: 'float32' }],
  });
  return resized;
}
