import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor, type RaggedValues } from './ragged-tensor.ts';
import { sameSplits } from './row-partition.ts';
import { countRows, gatherRows } from './select.ts';

function asRagged(values: RaggedValues): RaggedTensor {
  return values instanceof RaggedTensor ? values : RaggedTensor.from_tensor(values);
}

/** Joins along an axis, counted from the front; plain tensors count as rows of equal lengths. */
export function concat(parts: readonly RaggedValues[], axis: number): RaggedValues {
  const plain = parts.filter((part) => part instanceof tf.Tensor);
  if (plain.length === parts.length) return tf.concat(plain, axis);
  const ragged = parts.map(asRagged);
  if (axis === 0) return concatRows(ragged);
  if (axis === 1) return concatEach(ragged);
  const [first] = ragged as [RaggedTensor];
  const inner = ragged.map((part) => requireRows(part, first).values);
  return first.with_values(concat(inner, axis - 1));
}

function concatRows(parts: readonly RaggedTensor[]): RaggedTensor {
  const values = concat(
    parts.map((part) => part.values),
    0,
  );
  const lengths = parts.flatMap((part) => Array.from(part.row_lengths()));
  return RaggedTensor.from_row_lengths(values, lengths);
}

/** Joins the rows of the same number: those that follow one another once all rows are in one list. */
function concatEach(parts: readonly RaggedTensor[]): RaggedTensor {
  const grouped = group(parts);
  const inner = grouped.values as RaggedTensor;
  const splits = grouped.row_splits.map((row) => inner.row_splits[row] ?? 0);
  return RaggedTensor.from_row_splits(inner.values, splits);
}

/** For each row number the list of the rows that the parts have there. */
function group(parts: readonly RaggedValues[]): RaggedTensor {
  const [rows = 0, ...others] = parts.map(countRows);
  if (others.some((count) => count !== rows)) {
    throw new RangeError(
      `Ragged tensors of ${[rows, ...others].join(', ')} rows cannot be joined row by row.`,
    );
  }
  const count = parts.length;
  const places = Int32Array.from(
    { length: rows * count },
    (_, i) => (i % count) * rows + Math.floor(i / count),
  );
  const members = gatherRows(concat(parts, 0), places);
  return RaggedTensor.from_row_lengths(members, new Int32Array(rows).fill(count));
}

/** Puts tensors side by side along a new axis. */
export function stack(parts: readonly RaggedValues[], axis: number): RaggedValues {
  const plain = parts.filter((part) => part instanceof tf.Tensor);
  if (plain.length === parts.length) return tf.stack(plain, axis);
  if (axis === 0) return RaggedTensor.from_row_lengths(concat(parts, 0), parts.map(countRows));
  if (axis === 1) return group(parts);
  const ragged = parts.map(asRagged);
  const [first] = ragged as [RaggedTensor];
  const inner = ragged.map((part) => requireRows(part, first).values);
  return first.with_values(stack(inner, axis - 1));
}

/** Adds an axis of size 1. */
export function expandDims(values: RaggedValues, axis: number): RaggedValues {
  if (!(values instanceof RaggedTensor)) return tf.expandDims(values, axis);
  if (axis === 0) return RaggedTensor.from_row_lengths(values, [values.nrows()]);
  if (axis === 1) {
    return RaggedTensor.from_row_lengths(values, new Int32Array(values.nrows()).fill(1));
  }
  return values.with_values(expandDims(values.values, axis - 1));
}

/** Takes an axis of size 1 away, which must be one of the values. */
export function squeeze(values: RaggedValues, axis: number): RaggedValues {
  if (!(values instanceof RaggedTensor)) return tf.squeeze(values, [axis]);
  if (axis >= 2) return values.with_values(squeeze(values.values, axis - 1));
  throw new RangeError(`Axis ${axis} of a ragged tensor cannot be taken away: its rows differ.`);
}

/** Joins the rows of a ragged axis with those inside of them, or with the first axis of the values. */
export function mergeDims(values: RaggedValues, outer: number, inner: number): RaggedValues {
  if (outer === inner) return values;
  if (!(values instanceof RaggedTensor)) {
    const { shape } = values;
    const joined = shape.slice(outer, inner + 1).reduce((size, n) => size * n, 1);
    return tf.reshape(values, [...shape.slice(0, outer), joined, ...shape.slice(inner + 1)]);
  }
  if (outer > 1) return values.with_values(mergeDims(values.values, outer - 1, inner - 1));
  if (outer === 0) return mergeDims(values.values, 0, inner - 1);
  const deeper = mergeDims(asRagged(values.values), 1, inner - 1);
  const rows = asRagged(deeper);
  const splits = values.row_splits.map((row) => rows.row_splits[row] ?? 0);
  return RaggedTensor.from_row_splits(rows.values, splits);
}

function requireRows(part: RaggedTensor, like: RaggedTensor): RaggedTensor {
  if (sameSplits(part.row_splits, like.row_splits)) return part;
  throw new RangeError('Ragged tensors can only be joined inside of rows of the same lengths.');
}
