import { tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Makes the two lengths by which an image is larger than a part of it an int32 tensor, whatever they are. */
export function tracedPair(down: number, across: number): tf.Tensor {
  return tf.stack([tf.scalar(down, 'int32'), tf.scalar(across, 'int32')]);
}

/**
 * Writes the cut of a part out of images into the function that is being traced.
 *
 * @param corner [2]; row and column where the part begins.
 * @param size Height and width of the part.
 */
export function tracedCut(
  images: tf.Tensor,
  corner: tf.Tensor,
  [height, width]: readonly [number, number],
): tf.Tensor {
  const [batch = 1, , , channels = 1] = images.shape;
  const size = tf.tensor1d([-1, height, width, -1], 'int32');
  const [cut = images] = tracedOp({
    op: 'Slice',
    inputs: [images, tf.pad(corner, [[1, 1]]), size],
    outputs: [{ shape: [batch, height, width, channels], dtype: 'float32' }],
  });
  return cut;
}
