import * as tf from '@tensorflow/tfjs-core';

/** Where the channels of an image are: on the last axis, or right behind the batch. */
export type DataFormat = 'channels_last' | 'channels_first';

/** Moves the channels to the last axis. */
export function toChannelsLast(x: tf.Tensor, format: DataFormat): tf.Tensor {
  if (format === 'channels_last' || x.rank < 3) return x;
  const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  return tf.transpose(x, [0, ...spatial, 1]);
}

/** Moves the channels from the last axis to where `format` wants them. */
export function fromChannelsLast(x: tf.Tensor, format: DataFormat): tf.Tensor {
  if (format === 'channels_last' || x.rank < 3) return x;
  const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 1);
  return tf.transpose(x, [0, x.rank - 1, ...spatial]);
}
