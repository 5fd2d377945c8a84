import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../engine/types.ts';
import {
  checkedSplits,
  lengthsOfSplits,
  longestOf,
  placesOfRows,
  type RowNumbers,
  rowIdsOfSplits,
  splitsOfLengths,
  splitsOfLimits,
  splitsOfRowIds,
  splitsOfStarts,
  takenPlaces,
} from './row-partition.ts';

/** What rows are cut from: a tensor, or a tensor whose rows are ragged themselves. */
export type RaggedValues = tf.Tensor | RaggedTensor;

/** How a ragged tensor is padded to a plain one. */
export interface ToTensorOptions {
  /** What stands where rows have ended; 0, `false` or `''` unless told. */
  readonly default_value?: number | boolean | string | undefined;
  /** Sizes to cut and pad to, outermost first; `null` keeps the longest row. */
  readonly shape?: Shape | null | undefined;
}

/** How rows are cut from a plain tensor. */
export interface FromTensorOptions {
  /** Number of values in each row. */
  readonly lengths?: RowNumbers | null | undefined;
  /** The number that is no value where nothing else follows it in its row. */
  readonly padding?: number | boolean | string | null | undefined;
  readonly ragged_rank?: number | undefined;
}

function rowCount(values: RaggedValues): number {
  return values instanceof RaggedTensor ? values.nrows() : (values.shape[0] ?? 0);
}

function takeRows(values: tf.Tensor, places: Int32Array): tf.Tensor {
  return tf.tidy(() => tf.gather(values, tf.tensor1d(places, 'int32')));
}

function blankOf(dtype: tf.DataType): number | boolean | string {
  if (dtype === 'string') return '';
  return dtype === 'bool' ? false : 0;
}

/** Pads rows of plain values; gradients reach the values. */
function padRows(ragged: RaggedTensor, options: ToTensorOptions): tf.Tensor {
  const { row_splits } = ragged;
  const [rowsWanted, widthWanted, ...innerWanted] = options.shape ?? [];
  return tf.tidy(() => {
    const { values } = ragged;
    const inner = { ...options, shape: [null, ...innerWanted] };
    const dense = values instanceof RaggedTensor ? padRows(values, inner) : values;
    const rows = rowsWanted ?? ragged.nrows();
    const width = widthWanted ?? longestOf(lengthsOfSplits(row_splits));
    const blank = options.default_value ?? blankOf(dense.dtype);
    const item = dense.shape.slice(1);
    const filler = tf.fill([1, ...item], blank as number, dense.dtype);
    const places = placesOfRows(row_splits, rows, width, dense.shape[0] ?? 0);
    return tf.reshape(takeRows(tf.concat([dense, filler]), places), [rows, width, ...item]);
  });
}

/** Number of items of each row before the padding at its end. */
function lengthsBefore(tensor: tf.Tensor, padding: number | boolean | string): Int32Array {
  const [rows = 0, width = 0, ...item] = tensor.shape;
  const size = Math.max(1, tf.util.sizeFromShape(item));
  const data: ArrayLike<unknown> = tensor.dataSync<'string'>();
  const blank = tensor.dtype === 'bool' ? Number(padding) : padding;
  return Int32Array.from({ length: rows }, (_, row) => {
    let end = (row + 1) * width * size;
    while (end > row * width * size && data[end - 1] === blank) end--;
    return Math.ceil((end - row * width * size) / size);
  });
}

/** Rows of different lengths: values in one tensor, and where each row starts and ends in it. */
export class RaggedTensor {
  readonly values: RaggedValues;
  /** Kept out of the enumerable properties, which tfjs searches for tensors. */
  readonly #splits: Int32Array;

  private constructor(values: RaggedValues, splits: Int32Array) {
    this.values = values;
    this.#splits = splits;
  }

  /** Where rows start in the values, and at last where the values end. */
  get row_splits(): Int32Array {
    return this.#splits;
  }

  /** Cuts rows at given places; the values stay those of the caller. */
  static from_row_splits(values: RaggedValues, row_splits: RowNumbers): RaggedTensor {
    const splits = checkedSplits(row_splits, rowCount(values), 'from_row_splits');
    return new RaggedTensor(values, splits);
  }

  static from_row_lengths(values: RaggedValues, row_lengths: RowNumbers): RaggedTensor {
    const splits = splitsOfLengths(row_lengths);
    return new RaggedTensor(values, checkedSplits(splits, rowCount(values), 'from_row_lengths'));
  }

  static from_row_starts(values: RaggedValues, row_starts: RowNumbers): RaggedTensor {
    const count = rowCount(values);
    const splits = splitsOfStarts(row_starts, count);
    return new RaggedTensor(values, checkedSplits(splits, count, 'from_row_starts'));
  }

  static from_row_limits(values: RaggedValues, row_limits: RowNumbers): RaggedTensor {
    const splits = splitsOfLimits(row_limits);
    return new RaggedTensor(values, checkedSplits(splits, rowCount(values), 'from_row_limits'));
  }

  static from_value_rowids(
    values: RaggedValues,
    value_rowids: RowNumbers,
    nrows: number | null = null,
  ): RaggedTensor {
    const splits = splitsOfRowIds(value_rowids, nrows);
    return new RaggedTensor(values, checkedSplits(splits, rowCount(values), 'from_value_rowids'));
  }

  /** Cuts rows at several depths, the outermost first. */
  static from_nested_row_splits(
    flat_values: tf.Tensor,
    nested_row_splits: readonly RowNumbers[],
  ): RaggedTensor {
    const [outer, ...inner] = nested_row_splits;
    if (outer === undefined) throw new TypeError('nested_row_splits must not be empty.');
    const values =
      inner.length === 0 ? flat_values : RaggedTensor.from_nested_row_splits(flat_values, inner);
    return RaggedTensor.from_row_splits(values, outer);
  }

  /** Takes the values of the rows of a plain tensor. */
  static from_tensor(tensor: tf.Tensor, options: FromTensorOptions = {}): RaggedTensor {
    const { lengths = null, padding = null, ragged_rank = 1 } = options;
    const [rows = 0, width, ...item] = tensor.shape;
    if (width === undefined || ragged_rank < 1 || ragged_rank >= tensor.rank) {
      throw new TypeError(`A tensor of rank ${tensor.rank} has no ragged_rank ${ragged_rank}.`);
    }
    if (lengths !== null && padding !== null) {
      throw new TypeError('Specify lengths or padding, but not both.');
    }
    const joined = (): tf.Tensor => tf.reshape(tensor, [rows * width, ...item]);
    if (ragged_rank > 1) {
      const deeper = { ...options, ragged_rank: ragged_rank - 1 };
      const inner = RaggedTensor.from_tensor(joined(), deeper);
      return RaggedTensor.from_row_lengths(inner, new Int32Array(rows).fill(width));
    }
    const kept = padding === null ? lengths : lengthsBefore(tensor, padding);
    if (kept === null) {
      return RaggedTensor.from_row_lengths(joined(), new Int32Array(rows).fill(width));
    }
    const cut = Int32Array.from(kept, (length) => Math.min(length, width));
    const taken = tf.tidy(() => takeRows(joined(), takenPlaces(cut, width)));
    return RaggedTensor.from_row_lengths(taken, cut);
  }

  /** Number of rows. */
  nrows(): number {
    return this.row_splits.length - 1;
  }

  row_lengths(): Int32Array {
    return lengthsOfSplits(this.row_splits);
  }

  row_starts(): Int32Array {
    return this.row_splits.slice(0, -1);
  }

  row_limits(): Int32Array {
    return this.row_splits.slice(1);
  }

  value_rowids(): Int32Array {
    return rowIdsOfSplits(this.row_splits);
  }

  /** Values without rows at any depth. */
  get flat_values(): tf.Tensor {
    return this.values instanceof RaggedTensor ? this.values.flat_values : this.values;
  }

  get nested_row_splits(): Int32Array[] {
    const inner = this.values instanceof RaggedTensor ? this.values.nested_row_splits : [];
    return [this.row_splits, ...inner];
  }

  /** Number of ragged axes. */
  get ragged_rank(): number {
    return this.values instanceof RaggedTensor ? this.values.ragged_rank + 1 : 1;
  }

  get dtype(): tf.DataType {
    return this.flat_values.dtype;
  }

  /** Sizes of the axes, `null` for the ragged ones. */
  get shape(): Shape {
    return [this.nrows(), null, ...this.values.shape.slice(1)];
  }

  get rank(): number {
    return this.values.rank + 1;
  }

  /** Sizes of the smallest plain tensor that holds all rows. */
  bounding_shape(): number[] {
    const { values } = this;
    const inner = values instanceof RaggedTensor ? values.bounding_shape() : values.shape;
    return [this.nrows(), longestOf(this.row_lengths()), ...inner.slice(1)];
  }

  /** The same rows of other values. */
  with_values(values: RaggedValues): RaggedTensor {
    return RaggedTensor.from_row_splits(values, this.row_splits);
  }

  /** The same rows at all depths of other values. */
  with_flat_values(values: tf.Tensor): RaggedTensor {
    return RaggedTensor.from_nested_row_splits(values, this.nested_row_splits);
  }

  /** Pads rows to equal lengths. */
  to_tensor(options: ToTensorOptions = {}): tf.Tensor {
    return padRows(this, options);
  }

  /** The rows from one up to another, in tensors of their own. */
  slice_rows(begin: number, end: number): RaggedTensor {
    const rows = this.row_splits.slice(begin, end + 1);
    const [start = 0] = rows;
    const stop = rows[rows.length - 1] ?? start;
    const { values } = this;
    const cut =
      values instanceof RaggedTensor
        ? values.slice_rows(start, stop)
        : tf.slice(values, start, stop - start);
    return RaggedTensor.from_row_splits(
      cut,
      rows.map((split) => split - start),
    );
  }

  /** The rows as lists. */
  to_list(): unknown[] {
    const { values } = this;
    const items = values instanceof RaggedTensor ? values.to_list() : values.arraySync();
    const list = items as unknown[];
    return Array.from(this.row_starts(), (start, row) =>
      list.slice(start, this.row_splits[row + 1]),
    );
  }

  get isDisposed(): boolean {
    return this.flat_values.isDisposed;
  }

  /** Frees the values. */
  dispose(): void {
    this.flat_values.dispose();
  }
}
