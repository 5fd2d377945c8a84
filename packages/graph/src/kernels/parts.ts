import * as tf from '@tensorflow/tfjs-core';
import { copyStrided } from './strided-copy.ts';
import {
  type KernelInput,
  type KernelInputInfos,
  type Numbers,
  numericType,
  type OutputSpec,
  type TypedArrayKernel,
} from './typed-array-kernel.ts';

/** Cuts out a block. Equals TensorFlow's `Slice`; the wasm kernel of tfjs copies element by element. */
export const sliceKernel: TypedArrayKernel<tf.SliceAttrs> = {
  kernelName: tf.Slice,
  infer: ({ x }, attrs) => [
    { shape: sliceOf(x?.shape ?? [], attrs)[1], dtype: numericType(x?.dtype) },
  ],
  compute: ({ x }, [result], attrs) => {
    if (x === undefined || result === undefined) return;
    const [begin, size] = sliceOf(x.shape, attrs);
    const jumps = tf.util.computeStrides([...x.shape, 1]);
    const offset = begin.reduce((sum, index, axis) => sum + index * (jumps[axis] ?? 1), 0);
    copyStrided(x.values, offset, result, size, jumps);
  },
};

/** Cuts a tensor into slices along an axis, which is dropped. Equals TensorFlow's `Unpack`. */
export const unpackKernel: TypedArrayKernel<tf.UnpackAttrs> = {
  kernelName: tf.Unpack,
  returnsList: true,
  infer: ({ value }, { axis }) => {
    const shape = value?.shape ?? [];
    const along = positive(axis, shape);
    const rest = shape.filter((_, i) => i !== along);
    return Array.from({ length: shape[along] ?? 0 }, () => ({
      shape: rest,
      dtype: numericType(value?.dtype),
    }));
  },
  compute: ({ value }, parts, { axis }) => {
    if (value !== undefined)
      cut(
        value,
        parts,
        positive(axis, value.shape),
        parts.map(() => 1),
      );
  },
};

/** Cuts a tensor into parts along an axis. Equals TensorFlow's `SplitV`. */
export const splitKernel: TypedArrayKernel<tf.SplitVAttrs> = {
  kernelName: tf.SplitV,
  returnsList: true,
  infer: ({ x }, attrs): OutputSpec[] => {
    const shape = x?.shape ?? [];
    const along = positive(attrs.axis, shape);
    return partSizes(x, attrs).map((size) => ({
      shape: shape.map((length, i) => (i === along ? size : length)),
      dtype: numericType(x?.dtype),
    }));
  },
  compute: ({ x }, parts, attrs) => {
    if (x !== undefined) cut(x, parts, positive(attrs.axis, x.shape), partSizes(x, attrs));
  },
};

function sliceOf(shape: readonly number[], attrs: tf.SliceAttrs): [number[], number[]] {
  const probe: tf.TensorInfo = { shape: [...shape], dtype: 'float32', dataId: {} };
  const [begin = [], size = []] = tf.slice_util.parseSliceParams(probe, attrs.begin, attrs.size);
  tf.slice_util.assertParamsValid(probe, begin, size);
  return [begin, size];
}

function positive(axis: number, shape: readonly number[]): number {
  return axis < 0 ? axis + shape.length : axis;
}

function partSizes(x: KernelInputInfos[string], attrs: tf.SplitVAttrs): number[] {
  const shape = [...(x?.shape ?? [])];
  const probe = { shape } as unknown as tf.Tensor;
  return tf.backend_util.prepareSplitSize(
    probe,
    attrs.numOrSizeSplits,
    positive(attrs.axis, shape),
  );
}

function cut(
  x: KernelInput,
  parts: readonly Numbers[],
  axis: number,
  sizes: readonly number[],
): void {
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const line = (x.shape[axis] ?? 1) * inner;
  let offset = 0;
  parts.forEach((part, i) => {
    const width = (sizes[i] ?? 0) * inner;
    copyStrided(x.values, offset, part, [outer, width], [line, 1]);
    offset += width;
  });
}
