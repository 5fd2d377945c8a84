import * as tf from '@tensorflow/tfjs-core';
import type { TypedArrayKernel } from './typed-array-kernel.ts';

/**
 * Adds the rows of `x` into the rows of the output that `segmentIds` names, in one pass; rows with a negative id are
 * left out. Equals TensorFlow's `UnsortedSegmentSum`.
 */
export const unsortedSegmentSumKernel: TypedArrayKernel<tf.UnsortedSegmentSumAttrs> = {
  kernelName: tf.UnsortedSegmentSum,
  infer: ({ x, segmentIds }, { numSegments }) => [
    {
      shape: [numSegments, ...(x?.shape ?? []).slice(segmentIds?.shape.length ?? 1)],
      dtype: x?.dtype === 'float32' ? 'float32' : 'int32',
    },
  ],
  compute: ({ x, segmentIds }, [sums], { numSegments }) => {
    if (x === undefined || segmentIds === undefined || sums === undefined) return;
    sums.fill(0);
    const ids = segmentIds.values;
    const width = ids.length > 0 ? x.values.length / ids.length : 0;
    for (let row = 0, from = 0; row < ids.length; row++, from += width) {
      const id = ids[row] ?? -1;
      if (id < 0) continue;
      if (id >= numSegments) throw new RangeError(`segment id ${id} is not below ${numSegments}`);
      addRow(x.values, from, sums, id * width, width);
    }
  },
};

function addRow(
  source: ArrayLike<number>,
  from: number,
  sums: { [index: number]: number },
  to: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) sums[to + i] = (sums[to + i] ?? 0) + (source[from + i] ?? 0);
}
