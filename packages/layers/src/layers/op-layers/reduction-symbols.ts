import * as tf from '@tensorflow/tfjs-core';
import { type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Axes = number | number[] | undefined;

const reduction =
  (fn: (x: tf.Tensor, axes: Axes, keep: boolean) => tf.Tensor): SymbolFunction =>
  (input, args) =>
    fn(
      toOperand(input),
      args.axes() ?? args.axes('reduction_indices'),
      args.flag('keepdims') || args.flag('keep_dims'),
    );

const variance = (x: tf.Tensor, axes: Axes, keep: boolean): tf.Tensor => {
  const centered = tf.sub(x, tf.mean(x, axes, true));
  return tf.mean(tf.square(centered), axes, keep);
};

const euclideanNorm = (x: tf.Tensor, axes: Axes, keep: boolean): tf.Tensor =>
  tf.sqrt(tf.sum(tf.square(x), axes, keep));

const nonZero = (x: tf.Tensor, dtype: 'int32' | 'float32'): tf.Tensor =>
  tf.cast(tf.notEqual(x, 0), dtype);

const cumulativeLogSumExp: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const axis = args.number('axis', 0);
  const top = tf.max(x, axis, true);
  const [exclusive, reverse] = [args.flag('exclusive'), args.flag('reverse')];
  return tf.add(tf.log(tf.cumsum(tf.exp(tf.sub(x, top)), axis, exclusive, reverse)), top);
};

const firstAxis =
  (fn: (x: tf.Tensor, axis: number) => tf.Tensor): SymbolFunction =>
  (input, args) =>
    fn(toOperand(input), args.number('axis', 0));

/** Returns the functions that join elements along axes, by their names without `tf.`. */
export function reductionSymbols(): readonly Entry[] {
  const moments: SymbolFunction = (input, args) => {
    const x = toOperand(input);
    const axes = args.axes('axes');
    const keep = args.flag('keepdims');
    return [tf.mean(x, axes, keep), variance(x, axes, keep)];
  };
  return [
    ['math.reduce_all', reduction((x, axes, keep) => tf.all(x, axes, keep))],
    ['math.reduce_any', reduction((x, axes, keep) => tf.any(x, axes, keep))],
    ['math.reduce_logsumexp', reduction((x, axes, keep) => tf.logSumExp(x, axes, keep))],
    ['math.reduce_max', reduction((x, axes, keep) => tf.max(x, axes, keep))],
    ['math.reduce_mean', reduction((x, axes, keep) => tf.mean(x, axes, keep))],
    ['math.reduce_min', reduction((x, axes, keep) => tf.min(x, axes, keep))],
    ['math.reduce_prod', reduction((x, axes, keep) => tf.prod(x, axes, keep))],
    ['math.reduce_std', reduction((x, axes, keep) => tf.sqrt(variance(x, axes, keep)))],
    ['math.reduce_sum', reduction((x, axes, keep) => tf.sum(x, axes, keep))],
    ['math.reduce_variance', reduction(variance)],
    ['math.argmax', firstAxis((x, axis) => tf.argMax(x, axis))],
    ['math.argmin', firstAxis((x, axis) => tf.argMin(x, axis))],
    [
      'math.cumsum',
      (input, args) =>
        tf.cumsum(
          toOperand(input),
          args.number('axis', 0),
          args.flag('exclusive'),
          args.flag('reverse'),
        ),
    ],
    [
      'math.cumprod',
      (input, args) =>
        tf.cumprod(
          toOperand(input),
          args.number('axis', 0),
          args.flag('exclusive'),
          args.flag('reverse'),
        ),
    ],
    ['nn.moments', moments],
    ['math.reduce_euclidean_norm', reduction(euclideanNorm)],
    ['math.count_nonzero', reduction((x, axes, keep) => tf.sum(nonZero(x, 'int32'), axes, keep))],
    ['math.zero_fraction', (input) => tf.sub(1, tf.mean(nonZero(toOperand(input), 'float32')))],
    ['math.cumulative_logsumexp', cumulativeLogSumExp],
  ];
}
