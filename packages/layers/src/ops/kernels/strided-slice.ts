import * as tf from '@tensorflow/tfjs-core';
import { type Numbers, numericType, type TypedArrayKernel } from './typed-array-kernel.ts';

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

/** Copies elements in row-major order of `shape`; `jumps` says how far apart neighbours along each axis lie. */
function copyStrided(
  source: Numbers,
  offset: number,
  target: Numbers,
  shape: readonly number[],
  jumps: readonly number[],
): void {
  const last = shape.length - 1;
  const width = shape[last] ?? 1;
  const jump = jumps[last] ?? 1;
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < target.length; to += width) {
    for (let i = 0; i < width; i++) target[to + i] = source[from + i * jump] ?? 0;
    for (let axis = last - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += jumps[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      from -= next * (jumps[axis] ?? 0);
      index[axis] = 0;
    }
  }
}
