import * as tf from '@tensorflow/tfjs-core';

/** Repeats every position of an axis `times` times, each beside itself. */
export function repeatAxis(x: tf.Tensor, axis: number, times: number): tf.Tensor {
  if (times === 1) return x;
  const shape = x.shape;
  const repeats = new Array<number>(x.rank + 1).fill(1);
  repeats[axis + 1] = times;
  const wide = tf.tile(tf.expandDims(x, axis + 1), repeats);
  return tf.reshape(
    wide,
    shape.map((n, i) => (i === axis ? n * times : n)),
  );
}
