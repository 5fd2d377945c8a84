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

/** The mean of whole numbers is whole, cut off towards zero. */
const meanOf = (x: tf.Tensor, axes: Axes, keep: boolean): tf.Tensor => {
  const mean = tf.mean(x, axes, keep);
  return x.dtype === 'int32' ? tf.cast(mean, 'int32') : mean;
};

const nonZero = (x: tf.Tensor, dtype: 'int32' | 'float32'): tf.Tensor =>
  tf.cast(tf.notEqual(x, 0), dtype);

const cumulativeLogSumExp: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const given = args.number('axis', 0);
  const axis = given < 0 ? given + x.rank : given;
  const reverse = args.flag('reverse');
  const top = tf.max(x, axis, true);
  const sums = tf.cumsum(tf.exp(tf.sub(x, top)), axis, false, reverse);
  const inclusive = tf.add(tf.log(sums), top);
  if (!args.flag('exclusive')) return inclusive;
  const length = x.shape[axis] ?? 0;
  const begin = x.shape.map((_, i) => (i === axis && reverse ? 1 : 0));
  const kept = x.shape.map((size, i) => (i === axis ? length - 1 : size));
  const rest = tf.slice(inclusive, begin, kept);
  const edge = tf.fill(
    x.shape.map((size, i) => (i === axis ? 1 : size)),
    Number.NEGATIVE_INFINITY,
  );
  return tf.concat(reverse ? [rest, edge] : [edge, rest], axis);
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
    ['math.reduce_mean', reduction(meanOf)],
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
