import * as tf from '@tensorflow/tfjs-core';
import { numericType, type TypedArrayKernel } from './typed-array-kernel.ts';

/**
 * Takes slices at indices that differ from sample to sample. Equals TensorFlow's `GatherV2` with `batch_dims`; the wasm
 * kernel of tfjs mixes up the indices of the samples.
 */
export const gatherKernel: TypedArrayKernel<tf.GatherV2Attrs> = {
  kernelName: tf.GatherV2,
  serves: (_, { batchDims }) => batchDims > 0,
  infer: ({ x, indices }, { axis, batchDims }) => {
    const [shape, taken] = [x?.shape ?? [], indices?.shape ?? []];
    const outer = shape.slice(0, placeOf(axis, shape.length));
    const inner = shape.slice(placeOf(axis, shape.length) + 1);
    const dtype = numericType(x?.dtype);
    return [{ shape: [...outer, ...taken.slice(batchDims), ...inner], dtype }];
  },
  compute: ({ x, indices }, [result], { axis, batchDims }) => {
    if (x === undefined || indices === undefined || result === undefined) return;
    const place = placeOf(axis, x.shape.length);
    const length = x.shape[place] ?? 0;
    const inner = tf.util.sizeFromShape(x.shape.slice(place + 1));
    const outer = tf.util.sizeFromShape(x.shape.slice(batchDims, place));
    const count = tf.util.sizeFromShape(indices.shape.slice(batchDims));
    const rows = tf.util.sizeFromShape(x.shape.slice(0, place));
    for (let row = 0, to = 0; row < rows; row++) {
      const first = Math.floor(row / outer) * count;
      for (let i = first; i < first + count; i++, to += inner) {
        const index = indices.values[i] ?? 0;
        if (index < 0 || index >= length) {
          throw new RangeError(`Index ${index} is outside of an axis of length ${length}.`);
        }
        const from = (row * length + index) * inner;
        result.set(x.values.subarray(from, from + inner), to);
      }
    }
  },
};

function placeOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
