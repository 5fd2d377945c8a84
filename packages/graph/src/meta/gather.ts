import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type MetaInputs,
  type MetaKernel,
  type MetaSpec,
  metaKernel,
  positiveAxis,
} from './kernel.ts';

function gather(inputs: MetaInputs, attrs: tf.GatherV2Attrs): MetaSpec {
  const x = input(inputs, 'x');
  const indices = input(inputs, 'indices');
  const axis = positiveAxis(attrs.axis, x.shape.length);
  const batch = positiveAxis(attrs.batchDims ?? 0, indices.shape.length);
  return {
    dtype: x.dtype,
    shape: [...x.shape.slice(0, axis), ...indices.shape.slice(batch), ...x.shape.slice(axis + 1)],
  };
}

function gatherNd(inputs: MetaInputs): MetaSpec {
  const params = input(inputs, 'params');
  const { shape } = input(inputs, 'indices');
  const depth = shape[shape.length - 1] ?? 0;
  return { dtype: params.dtype, shape: [...shape.slice(0, -1), ...params.shape.slice(depth)] };
}

function segmentSum(inputs: MetaInputs, attrs: tf.UnsortedSegmentSumAttrs): MetaSpec {
  const x = input(inputs, 'x');
  const rank = input(inputs, 'segmentIds').shape.length;
  return { dtype: x.dtype, shape: [attrs.numSegments, ...x.shape.slice(rank)] };
}

function topK(inputs: MetaInputs, { k }: tf.TopKAttrs): MetaSpec[] {
  const x = input(inputs, 'x');
  const shape = [...x.shape.slice(0, -1), k];
  return [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int32' },
  ];
}

/** Kernels that read or write at computed positions. */
export const gatherKernels: readonly MetaKernel[] = [
  metaKernel(tf.GatherV2, gather),
  metaKernel(tf.GatherNd, gatherNd),
  metaKernel<tf.ScatterNdAttrs>(tf.ScatterNd, (inputs, { shape }) => ({
    shape,
    dtype: input(inputs, 'updates').dtype,
  })),
  metaKernel(tf.TensorScatterUpdate, (inputs) => input(inputs, 'tensor')),
  metaKernel<tf.SparseToDenseAttrs>(tf.SparseToDense, (inputs, { outputShape }) => ({
    shape: outputShape,
    dtype: input(inputs, 'sparseValues').dtype,
  })),
  metaKernel(tf.UnsortedSegmentSum, segmentSum),
  metaKernel(tf.TopK, topK),
  metaKernel<tf.BincountAttrs>(tf.Bincount, (inputs, { size }) => ({
    shape: [size],
    dtype: input(inputs, 'weights').dtype,
  })),
  metaKernel<tf.DenseBincountAttrs>(tf.DenseBincount, (inputs, { size }) => ({
    shape: [...input(inputs, 'x').shape.slice(0, -1), size],
    dtype: input(inputs, 'weights').dtype,
  })),
  ...[tf.SearchSorted, tf.UpperBound].map((name) =>
    metaKernel(name, (inputs) => ({ shape: input(inputs, 'values').shape, dtype: 'int32' })),
  ),
  metaKernel(tf.BroadcastArgs, (inputs) => ({
    shape: [Math.max(input(inputs, 's0').shape[0] ?? 0, input(inputs, 's1').shape[0] ?? 0)],
    dtype: 'int32',
  })),
];
