import * as tf from '@tensorflow/tfjs-core';
import { input, type MetaKernel, metaKernel } from './kernel.ts';

function stepsOf({ start, stop, step }: tf.RangeAttrs): number {
  const runsBackwards = start < stop && step < 0;
  const runsForwards = stop < start && step > 1;
  if (start === stop || runsBackwards || runsForwards) return 0;
  // tfjs flips the default step of one for a descending range.
  const signed = stop < start && step === 1 ? -1 : step;
  return Math.abs(Math.ceil((stop - start) / signed));
}

/** Kernels that make tensors out of attributes, and random draws. */
export const creationKernels: readonly MetaKernel[] = [
  metaKernel<tf.FillAttrs>(tf.Fill, (_, { shape, dtype, value }) => ({
    shape,
    dtype: dtype ?? tf.util.inferDtype(value),
  })),
  metaKernel<tf.RangeAttrs>(tf.Range, (_, attrs) => ({
    shape: [stepsOf(attrs)],
    dtype: attrs.dtype,
  })),
  metaKernel<tf.LinSpaceAttrs>(tf.LinSpace, (_, { num }) => ({ shape: [num], dtype: 'float32' })),
  metaKernel<tf.OneHotAttrs>(tf.OneHot, (inputs, { depth, dtype }) => ({
    shape: [...input(inputs, 'indices').shape, depth],
    dtype,
  })),
  metaKernel<tf.MultinomialAttrs>(tf.Multinomial, (inputs, { numSamples }) => ({
    shape: [input(inputs, 'logits').shape[0] ?? 0, numSamples],
    dtype: 'int32',
  })),
];
