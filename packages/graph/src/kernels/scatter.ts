import * as tf from '@tensorflow/tfjs-core';
import {
  type KernelInput,
  type Numbers,
  numericType,
  type TypedArrayKernel,
} from './typed-array-kernel.ts';

/**
 * Adds `updates` into zeros at the positions that the last axis of `indices` names. Equals TensorFlow's `ScatterNd`.
 */
export const scatterNdKernel: TypedArrayKernel<tf.ScatterNdAttrs> = {
  kernelName: tf.ScatterNd,
  infer: ({ updates }, { shape }) => [{ shape, dtype: numericType(updates?.dtype) }],
  compute: ({ indices, updates }, [result], { shape }) => {
    if (indices === undefined || updates === undefined || result === undefined) return;
    result.fill(0);
    forEachSlice(indices, shape, (update, to, width) => {
      for (let i = 0; i < width; i++) {
        result[to + i] = (result[to + i] ?? 0) + (updates.values[update * width + i] ?? 0);
      }
    });
  },
};

/**
 * Copies `tensor` and writes `updates` at the positions that the last axis of `indices` names. Equals TensorFlow's
 * `TensorScatterUpdate`; the cpu kernel of tfjs would write into its input.
 */
export const tensorScatterUpdateKernel: TypedArrayKernel<object> = {
  kernelName: tf.TensorScatterUpdate,
  infer: ({ tensor }) => [{ shape: tensor?.shape ?? [], dtype: numericType(tensor?.dtype) }],
  compute: ({ tensor, indices, updates }, [result]) => {
    if (tensor === undefined || indices === undefined || updates === undefined) return;
    result?.set(tensor.values);
    forEachSlice(indices, tensor.shape, (update, to, width) => {
      copyRow(updates.values, update * width, result, to, width);
    });
  },
};

function copyRow(
  source: Numbers,
  from: number,
  target: Numbers | undefined,
  to: number,
  width: number,
): void {
  target?.set(source.subarray(from, from + width), to);
}

/** Calls `visit` with the number of each update, the flat position it goes to and the length of a slice. */
function forEachSlice(
  indices: KernelInput,
  shape: readonly number[],
  visit: (update: number, to: number, width: number) => void,
): void {
  const depth = indices.shape[indices.shape.length - 1] ?? 1;
  const width = tf.util.sizeFromShape(shape.slice(depth));
  const count = depth > 0 ? indices.values.length / depth : 1;
  for (let update = 0; update < count; update++) {
    let position = 0;
    for (let axis = 0; axis < depth; axis++) {
      const length = shape[axis] ?? 0;
      const index = indices.values[update * depth + axis] ?? -1;
      if (index < 0 || index >= length) {
        throw new RangeError(`index ${index} is outside of axis ${axis} of length ${length}`);
      }
      position = position * length + index;
    }
    visit(update, position * width, width);
  }
}
