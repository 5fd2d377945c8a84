import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type MetaKernel, metaKernel } from './kernel.ts';

const NAMES: readonly string[] = [
  tf.Draw,
  tf.NonMaxSuppressionV3,
  tf.NonMaxSuppressionV4,
  tf.NonMaxSuppressionV5,
  tf.RaggedGather,
  tf.RaggedRange,
  tf.RaggedTensorToTensor,
  tf.SparseFillEmptyRows,
  tf.SparseReshape,
  tf.SparseSegmentMean,
  tf.SparseSegmentSum,
  tf.StaticRegexReplace,
  tf.StringNGrams,
  tf.StringSplit,
  tf.StringToHashBucketFast,
  tf.Unique,
];

/** Kernels whose output shapes depend on values, or that work on strings: they cannot run without values. */
export const valueDependentKernels: readonly MetaKernel[] = NAMES.map((name) =>
  metaKernel(name, () => {
    throw new UnsupportedError(
      `The shape of what '${name}' returns depends on values, which do not exist while only shapes are being ` +
        'worked out. Give the layer a compute_output_shape method.',
    );
  }),
);
