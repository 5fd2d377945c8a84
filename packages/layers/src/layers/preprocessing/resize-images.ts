import * as tf from '@tensorflow/tfjs-core';
import { type Interpolation, resizeWeights } from './resize-weights.ts';

export { INTERPOLATIONS, type Interpolation } from './resize-weights.ts';

/**
 * Resizes images as `tf.image.resize` does without antialiasing.
 * Input shape: `[batch, rows, cols, channels]`. Output shape: `[batch, height, width, channels]`, float32.
 */
export function resizeImages(
  images: tf.Tensor,
  height: number,
  width: number,
  method: Interpolation,
): tf.Tensor {
  const x = tf.cast(images, 'float32');
  const [, rows = 1, cols = 1] = x.shape;
  if (method === 'nearest') {
    return tf.gather(tf.gather(x, nearest(rows, height), 1), nearest(cols, width), 2);
  }
  const down = (): tf.Tensor => tf.tensor2d(resizeWeights(rows, height, method), [height, rows]);
  const across = (): tf.Tensor => tf.tensor2d(resizeWeights(cols, width, method), [width, cols]);
  if (method !== 'bilinear') return weigh(x, down(), across());
  return tf.customGrad((...inputs) => ({
    value: tf.image.resizeBilinear(inputs[0] as tf.Tensor4D, [height, width], false, true),
    gradFunc: (dy: tf.Tensor) => weigh(dy, tf.transpose(down()), tf.transpose(across())),
  }))(x);
}

/** Combines rows, then columns, with the weights of two matrices. */
function weigh(x: tf.Tensor, down: tf.Tensor, across: tf.Tensor): tf.Tensor {
  const [batch = 1, rows = 1, cols = 1, channels = 1] = x.shape;
  const [height = 1] = down.shape;
  const [width = 1] = across.shape;
  const tall = tf.matMul(
    tf.tile(tf.expandDims(down, 0), [batch, 1, 1]),
    tf.reshape(x, [batch, rows, cols * channels]),
  );
  const lines = tf.reshape(tall, [batch * height, cols, channels]);
  const wide = tf.matMul(tf.tile(tf.expandDims(across, 0), [batch * height, 1, 1]), lines);
  return tf.reshape(wide, [batch, height, width, channels]);
}

function nearest(input: number, output: number): tf.Tensor1D {
  const scale = input / output;
  const indices = Array.from({ length: output }, (_, i) =>
    Math.min(Math.floor((i + 0.5) * scale), input - 1),
  );
  return tf.tensor1d(indices, 'int32');
}
