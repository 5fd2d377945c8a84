import * as tf from '@tensorflow/tfjs-core';
import { copyStrided } from './strided-copy.ts';
import { numericType, type TypedArrayKernel } from './typed-array-kernel.ts';

/**
 * Takes every n-th element along each axis. Equals TensorFlow's `StridedSlice`; the kernels of tfjs fail when an axis
 * is dropped beside one with a stride, and the one for wasm gives integers the dtype float32.
 */
export const stridedSliceKernel: TypedArrayKernel<tf.StridedSliceAttrs> = {
  kernelName: tf.StridedSlice,
  infer: ({ x }, attrs) => [
    { shape: sliceInfoOf(x?.shape ?? [], attrs).finalShape, dtype: numericType(x?.dtype) },
  ],
  compute: ({ x }, [result], attrs) => {
    if (x === undefined || result === undefined || result.length === 0) return;
    const { begin, end, strides } = sliceInfoOf(x.shape, attrs);
    const taken = tf.slice_util.computeOutShape(begin, end, strides);
    const steps = tf.util.computeStrides([...x.shape, 1]);
    const offset = begin.reduce((sum, index, axis) => sum + index * (steps[axis] ?? 1), 0);
    const jumps = strides.map((stride, axis) => stride * (steps[axis] ?? 1));
    copyStrided(x.values, offset, result, taken, jumps);
  },
};

/** Resolves masks and negative indices of a strided slice; `begin`, `end` and `strides` have one entry per axis of x. */
export function sliceInfoOf(
  shape: readonly number[],
  attrs: tf.StridedSliceAttrs,
): tf.slice_util.SliceInfo {
  return tf.slice_util.sliceInfo(
    [...shape],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
}
