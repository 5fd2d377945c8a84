import { resizeImages } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../base.ts';
import type { Interpolation } from './interpolations.ts';

/** Cuts the largest centered part that has the proportions of the target, then resizes it. */
export function smartResize(
  images: tf.Tensor,
  height: number,
  width: number,
  method: Interpolation,
): tf.Tensor {
  const [batch = 1, rows = 1, cols = 1, channels = 1] = images.shape;
  const cropRows = Math.min(rows, Math.floor((cols * height) / width));
  const cropCols = Math.min(cols, Math.floor((rows * width) / height));
  const begin = [0, Math.floor((rows - cropRows) / 2), Math.floor((cols - cropCols) / 2), 0];
  const part = tf.slice(images, begin, [batch, cropRows, cropCols, channels]);
  return resizeImages(part, [height, width], { method });
}

/** Runs a function of a batch of images on a single image too. */
export function onImages(x: tf.Tensor, run: (images: tf.Tensor) => tf.Tensor): tf.Tensor {
  return x.rank === 3 ? tf.squeeze(run(tf.expandDims(x, 0)), [0]) : run(x);
}

/** Returns the shape of images with another height and width. */
export function resizedShape(input_shape: Shape, height: number, width: number): Shape {
  return [...input_shape.slice(0, -3), height, width, input_shape.at(-1) ?? null];
}
