import * as tf from '@tensorflow/tfjs-core';

/**
 * Moves blocks of space into the channels. Equals TensorFlow's `SpaceToDepth`.
 *
 * Input shape: [batch, height, width, channels]. Output shape: [batch, height / block, width / block, block² · channels].
 */
export function spaceToDepth(x: tf.Tensor, blockSize: number): tf.Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const rows = height / blockSize;
  const columns = width / blockSize;
  const blocks = tf.reshape(x, [batch, rows, blockSize, columns, blockSize, channels]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [
    batch,
    rows,
    columns,
    blockSize * blockSize * channels,
  ]);
}
