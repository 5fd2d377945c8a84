import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor, type RaggedValues } from './ragged-tensor.ts';

/** A part of an axis, with `start`, `stop` and `step` as in Python. */
export interface AxisRange {
  readonly start?: number | null | undefined;
  readonly stop?: number | null | undefined;
  readonly step?: number | null | undefined;
}

/** Number of rows. */
export function countRows(values: RaggedValues): number {
  return values instanceof RaggedTensor ? values.nrows() : (values.shape[0] ?? 0);
}

/** The rows at given places. */
export function gatherRows(values: RaggedValues, places: Int32Array): RaggedValues {
  if (!(values instanceof RaggedTensor)) return tf.gather(values, tf.tensor1d(places, 'int32'));
  return mapRows(values, (start, end) => span(start, end), places);
}

/**
 * Chooses values of each row: those at the places that a function names for a row from one place up to another.
 * Rows come in their order, or as `rows` says.
 */
export function mapRows(
  ragged: RaggedTensor,
  choose: (start: number, end: number) => Int32Array,
  rows: Int32Array = span(0, ragged.nrows()),
): RaggedTensor {
  const splits = ragged.row_splits;
  const chosen = Array.from(rows, (row) => choose(splits[row] ?? 0, splits[row + 1] ?? 0));
  const lengths = chosen.map(({ length }) => length);
  return RaggedTensor.from_row_lengths(gatherRows(ragged.values, join(chosen)), lengths);
}

/** Whole numbers from one up to another. */
export function span(start: number, end: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

function join(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The places that a range takes in an axis of a size. */
export function placesOfRange(size: number, range: AxisRange): Int32Array {
  const step = range.step ?? 1;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const place = (given: number | null | undefined, fallback: number): number =>
    typeof given === 'number'
      ? Math.min(Math.max(given < 0 ? given + size : given, low), high)
      : fallback;
  const start = place(range.start, step > 0 ? low : high);
  const stop = place(range.stop, step > 0 ? high : low);
  const length = Math.max(Math.ceil((stop - start) / step), 0);
  return Int32Array.from({ length }, (_, i) => start + i * step);
}

/** A part of each row. */
export function sliceEach(ragged: RaggedTensor, range: AxisRange): RaggedTensor {
  return mapRows(ragged, (start, end) =>
    placesOfRange(end - start, range).map((place) => start + place),
  );
}

/** Rows, or the values of each, in reverse order. */
export function reverse(values: RaggedValues, axis: number): RaggedValues {
  if (!(values instanceof RaggedTensor)) return tf.reverse(values, axis);
  if (axis === 0) return gatherRows(values, span(0, values.nrows()).reverse());
  if (axis === 1) return mapRows(values, (start, end) => span(start, end).reverse());
  return values.with_values(reverse(values.values, axis - 1));
}

/** Repeats what stands along each axis. */
export function tile(values: RaggedValues, multiples: readonly number[]): RaggedValues {
  if (!(values instanceof RaggedTensor)) return tf.tile(values, [...multiples]);
  const [rows = 1, each = 1, ...inner] = multiples;
  const repeated = (from: Int32Array, times: number): Int32Array =>
    join(Array.from({ length: times }, () => from));
  const wide = values.with_values(
    inner.some((times) => times !== 1) ? tile(values.values, [1, ...inner]) : values.values,
  );
  return mapRows(
    wide,
    (start, end) => repeated(span(start, end), each),
    repeated(span(0, values.nrows()), rows),
  );
}

/** The values that a mask of the same rows names. */
export function booleanMask(ragged: RaggedTensor, mask: ArrayLike<number>): RaggedTensor {
  return mapRows(ragged, (start, end) => span(start, end).filter((place) => mask[place] !== 0));
}
