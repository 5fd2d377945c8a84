import * as tf from '@tensorflow/tfjs-core';
import { input, type MetaKernel, type MetaSpec, metaKernel, positiveAxis } from './kernel.ts';

interface ReductionAttrs {
  readonly axis?: number | readonly number[] | null;
  /** Name that `Max` uses for the axes. */
  readonly reductionIndices?: number | readonly number[] | null;
  readonly keepDims?: boolean;
}

function reducedShape(shape: readonly number[], attrs: ReductionAttrs): number[] {
  const given = attrs.axis ?? attrs.reductionIndices ?? shape.map((_, axis) => axis);
  const axes = tf.util.parseAxisParam(typeof given === 'number' ? given : [...given], [...shape]);
  if (attrs.keepDims === true)
    return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return shape.filter((_, axis) => !axes.includes(axis));
}

function reduction(kernelName: string, dtypeOf: (dtype: tf.DataType) => tf.DataType): MetaKernel {
  return metaKernel<ReductionAttrs>(kernelName, (inputs, attrs) => {
    const x = input(inputs, 'x');
    return { shape: reducedShape(x.shape, attrs), dtype: dtypeOf(x.dtype) };
  });
}

function argument(kernelName: string): MetaKernel {
  return metaKernel<{ readonly axis: number }>(kernelName, (inputs, { axis }) => {
    const { shape } = input(inputs, 'x');
    const dropped = positiveAxis(axis, shape.length);
    return { shape: shape.filter((_, i) => i !== dropped), dtype: 'int32' };
  });
}

const countable = (dtype: tf.DataType): tf.DataType => tf.upcastType(dtype, 'int32');

function cumulative(kernelName: string): MetaKernel {
  return metaKernel(kernelName, (inputs): MetaSpec => {
    const { shape, dtype } = input(inputs, 'x');
    return { shape, dtype: countable(dtype) };
  });
}

/** Kernels that reduce or accumulate along axes. */
export const reductionKernels: readonly MetaKernel[] = [
  reduction(tf.Sum, countable),
  reduction(tf.Prod, countable),
  reduction(tf.Mean, () => 'float32'),
  reduction(tf.Max, (dtype) => dtype),
  reduction(tf.Min, (dtype) => dtype),
  reduction(tf.All, () => 'bool'),
  reduction(tf.Any, () => 'bool'),
  argument(tf.ArgMax),
  argument(tf.ArgMin),
  cumulative(tf.Cumsum),
  cumulative(tf.Cumprod),
];
