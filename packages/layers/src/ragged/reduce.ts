import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor, type RaggedValues } from './ragged-tensor.ts';
import { longestOf } from './row-partition.ts';

/** How values are reduced. */
export type Reduction =
  | 'all'
  | 'any'
  | 'max'
  | 'mean'
  | 'min'
  | 'prod'
  | 'std'
  | 'sum'
  | 'variance';

const LARGEST = 3.4028234663852886e38;
const LARGEST_INTEGER = 2147483647;

/** Reduces along one axis of a plain tensor. */
const PLAIN: Readonly<Record<Reduction, (x: tf.Tensor, axis: number) => tf.Tensor>> = {
  all: (x, axis) => tf.all(x, axis),
  any: (x, axis) => tf.any(x, axis),
  max: (x, axis) => tf.max(x, axis),
  mean: (x, axis) => tf.mean(x, axis),
  min: (x, axis) => tf.min(x, axis),
  prod: (x, axis) => tf.prod(x, axis),
  std: (x, axis) => tf.sqrt(tf.moments(x, axis).variance),
  sum: (x, axis) => tf.sum(x, axis),
  variance: (x, axis) => tf.moments(x, axis).variance,
};

/** What stands for no value, so that it changes nothing. */
function neutral(how: Reduction, dtype: tf.DataType): number | boolean {
  const largest = dtype === 'int32' ? LARGEST_INTEGER : LARGEST;
  if (how === 'all') return true;
  if (how === 'any') return false;
  if (how === 'max') return dtype === 'int32' ? -largest - 1 : -largest;
  if (how === 'min') return largest;
  return how === 'prod' ? 1 : 0;
}

/** Reduces along an axis, counted from the front; the axis goes, or stays with size 1. */
export function reduce(
  values: RaggedValues,
  how: Reduction,
  axis: number,
  keepdims: boolean = false,
): RaggedValues {
  if (!(values instanceof RaggedTensor)) {
    const reduced = PLAIN[how](values, axis);
    return keepdims ? tf.expandDims(reduced, axis) : reduced;
  }
  if (axis > 1) return values.with_values(reduce(values.values, how, axis - 1, keepdims));
  const reduced = axis === 1 ? reduceEach(values, how) : reduceRows(values, how);
  if (!keepdims) return reduced;
  if (reduced instanceof tf.Tensor) return tf.expandDims(reduced, axis);
  return RaggedTensor.from_row_lengths(reduced, new Int32Array(reduced.nrows()).fill(1));
}

/** Reduces each row. */
function reduceEach(ragged: RaggedTensor, how: Reduction): RaggedValues {
  if (ragged.values instanceof RaggedTensor) return reducePlaces(ragged, how);
  return overPadded(ragged, how, 1);
}

/** Reduces the values that stand at the same place of their rows. */
function reduceRows(ragged: RaggedTensor, how: Reduction): tf.Tensor {
  if (ragged.ragged_rank === 1) return overPadded(ragged, how, 0);
  throw new RangeError('A ragged tensor of several ragged axes cannot be reduced over its rows.');
}

/** Reduces the rows inside of each row place by place; the results are as long as the longest of them. */
function reducePlaces(ragged: RaggedTensor, how: Reduction): RaggedTensor {
  const inner = ragged.values as RaggedTensor;
  const lengths = inner.row_lengths();
  const longest = Array.from(ragged.row_starts(), (start, row) =>
    longestOf(lengths.subarray(start, ragged.row_splits[row + 1])),
  );
  const rows = Array.from(ragged.row_starts(), (start, row) =>
    overPadded(inner.slice_rows(start, ragged.row_splits[row + 1] ?? start), how, 0),
  );
  return RaggedTensor.from_row_lengths(tf.concat(rows), longest);
}

function overPadded(ragged: RaggedTensor, how: Reduction, axis: 0 | 1): tf.Tensor {
  if (how === 'mean') {
    const sum = overPadded(ragged, 'sum', axis);
    return tf.div(sum, countsLike(ragged, axis, sum));
  }
  if (how === 'std') return tf.sqrt(overPadded(ragged, 'variance', axis));
  if (how === 'variance') {
    const squares = ragged.with_values(tf.square(ragged.flat_values));
    return tf.sub(overPadded(squares, 'mean', axis), tf.square(overPadded(ragged, 'mean', axis)));
  }
  const dense = ragged.to_tensor({ default_value: neutral(how, ragged.dtype) });
  return PLAIN[how](dense, axis);
}

/** Number of values behind each result. */
function countsLike(ragged: RaggedTensor, axis: 0 | 1, result: tf.Tensor): tf.Tensor {
  const lengths = ragged.row_lengths();
  const counts =
    axis === 1
      ? lengths
      : Int32Array.from(
          { length: longestOf(lengths) },
          (_, place) => lengths.filter((length) => length > place).length,
        );
  const shape = [counts.length, ...result.shape.slice(1).map(() => 1)];
  return tf.tensor(Float32Array.from(counts), shape);
}
