import * as tf from '@tensorflow/tfjs-core';
import { zeroGradient } from './define.ts';

const UNARY: readonly string[] = [
  tf.All,
  tf.Any,
  tf.ArgMax,
  tf.ArgMin,
  tf.Ceil,
  tf.Floor,
  tf.IsFinite,
  tf.IsInf,
  tf.IsNan,
  tf.LogicalNot,
  tf.OnesLike,
  tf.Round,
  tf.Sign,
  tf.ZerosLike,
];

const BINARY: readonly string[] = [
  tf.BitwiseAnd,
  tf.Equal,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
  'LogicalXor',
  tf.NotEqual,
];

function constant(kernelName: string, inputs: readonly string[]): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: [...inputs],
    gradFunc: (_, saved) =>
      Object.fromEntries(
        saved.map((input, i) => [inputs[i] ?? String(i), () => zeroGradient(input)]),
      ),
  };
}

/**
 * Gradients of the kernels that are constant almost everywhere. TensorFlow stops differentiating there; zeros make
 * the remaining paths through the tape come out the same.
 */
export const constantGradients: readonly tf.GradConfig[] = [
  ...UNARY.map((name) => constant(name, ['x'])),
  ...BINARY.map((name) => constant(name, ['a', 'b'])),
  constant(tf.OneHot, ['indices']),
  constant(tf.Bincount, ['x', 'weights']),
  constant(tf.DenseBincount, ['x', 'weights']),
  constant(tf.SearchSorted, ['sortedSequence', 'values']),
  constant(tf.UpperBound, ['sortedSequence', 'values']),
  constant(tf.Multinomial, ['logits']),
];
