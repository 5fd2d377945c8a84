import * as tf from '@tensorflow/tfjs-core';

/** Pads each axis with zeros, or cuts where a pair holds negative numbers. */
export function padOrCrop(
  x: tf.Tensor,
  pairs: ReadonlyArray<readonly [number, number]>,
): tf.Tensor {
  const crops = pairs.map(([before]) => Math.max(-before, 0));
  const kept = pairs.map(
    ([before, after], axis) => (x.shape[axis] ?? 0) - Math.max(-before, 0) - Math.max(-after, 0),
  );
  const cropped = tf.util.arraysEqual(kept, x.shape) ? x : tf.slice(x, crops, kept);
  const pads = pairs.map(
    ([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as [number, number],
  );
  return pads.every(([before, after]) => before === 0 && after === 0)
    ? cropped
    : tf.pad(cropped, pads);
}
