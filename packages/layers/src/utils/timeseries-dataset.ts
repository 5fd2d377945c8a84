import * as tf from '@tensorflow/tfjs-core';
import { shuffledIndices } from '../random/index.ts';
import { gatherSamples, type HostArray, hostArrayOf, sampleCount } from '../training/host-array.ts';
import type { TfjsDataset } from '../training/iterable-source.ts';
import type { ArrayData } from '../training/types.ts';

/** Arguments of `timeseries_dataset_from_array` besides the data, under Keras's names. */
export interface TimeseriesOptions {
  /** Steps from the start of one window to that of the next. */
  readonly sequence_stride?: number;
  /** Steps from one entry of a window to the next. */
  readonly sampling_rate?: number;
  /** Windows of a batch; null for one window at a time, without an axis of batches. */
  readonly batch_size?: number | null;
  readonly shuffle?: boolean;
  /** Rules the order of the windows; `utils.set_random_seed` does if absent. */
  readonly seed?: number | null;
  readonly start_index?: number | null;
  readonly end_index?: number | null;
}

/** A batch of windows, and the targets of their starts when there are some. */
export type TimeseriesBatch = tf.Tensor | [windows: tf.Tensor, targets: tf.Tensor];

/** Batches of windows: `fit` frees their tensors, who iterates over them does so by himself. */
export type TimeseriesDataset = Iterable<TimeseriesBatch> & TfjsDataset;

/**
 * Cuts windows out of a series, as `keras.utils.timeseries_dataset_from_array`.
 *
 * Gives what `fit` takes as batches, and what can be iterated any number of times.
 * @param data Entries of the series along the first axis.
 * @param targets The target of the window that starts at the same place, or null.
 */
export async function timeseries_dataset_from_array(
  data: ArrayData,
  targets: ArrayData | null,
  sequence_length: number,
  options: TimeseriesOptions = {},
): Promise<TimeseriesDataset> {
  const series = await hostArrayOf(data);
  const aims = targets === null ? null : await hostArrayOf(targets);
  const count = sampleCount(series);
  const { sequence_stride = 1, sampling_rate = 1, batch_size = 128 } = options;
  checkStep('sequence_stride', sequence_stride, count);
  checkStep('sampling_rate', sampling_rate, count);
  const [first, last] = rangeOf(count, options);
  const possible = last - first - (sequence_length - 1) * sampling_rate;
  const starts = Math.min(possible, aims === null ? possible : sampleCount(aims));
  const ordered = Int32Array.from(
    { length: Math.max(Math.ceil(starts / sequence_stride), 0) },
    (_, k) => first + k * sequence_stride,
  );
  const order = options.shuffle === true ? shuffled(ordered, options.seed ?? null) : ordered;
  const windows = { series, aims, sequence_length, sampling_rate };
  function* batches(): Generator<TimeseriesBatch, undefined> {
    const size = batch_size ?? 1;
    for (let k = 0; k < order.length; k += size) {
      yield batchOf(windows, order.subarray(k, k + size), batch_size === null);
    }
    return undefined;
  }
  const iterator = async (): ReturnType<TfjsDataset['iterator']> => {
    const source = batches();
    return { next: async () => source.next() };
  };
  return { [Symbol.iterator]: batches, iterator };
}

interface Windows {
  readonly series: HostArray;
  readonly aims: HostArray | null;
  readonly sequence_length: number;
  readonly sampling_rate: number;
}

function batchOf(
  { series, aims, sequence_length, sampling_rate }: Windows,
  starts: Int32Array,
  single: boolean,
): TimeseriesBatch {
  const rows = Array.from(starts).flatMap((start) =>
    Array.from({ length: sequence_length }, (_, k) => start + k * sampling_rate),
  );
  const make = (array: HostArray, at: ArrayLike<number>, axes: readonly number[]): tf.Tensor =>
    tf.tidy(() => {
      const shape = [...(single ? [] : [starts.length]), ...axes, ...array.shape.slice(1)];
      return tf.reshape(gatherSamples(array, at), shape);
    });
  const windows = make(series, rows, [sequence_length]);
  return aims === null ? windows : [windows, make(aims, starts, [])];
}

function shuffled(starts: Int32Array, seed: number | null): Int32Array {
  return shuffledIndices(starts.length, seed).map((place) => starts[place] ?? 0);
}

function checkStep(name: string, value: number, count: number): void {
  if (Number.isInteger(value) && value > 0 && value < count) return;
  throw new RangeError(
    `${name} is above 0 and below ${count}, the length of the data, not ${value}.`,
  );
}

function rangeOf(count: number, { start_index, end_index }: TimeseriesOptions): [number, number] {
  const [first, last] = [start_index ?? 0, end_index || count];
  if (first >= 0 && first < count && last > first && (last < count || !end_index)) {
    return [first, last];
  }
  throw new RangeError(
    `start_index and end_index are places in the data, one after the other, and below ${count}: not ${first} and ${last}.`,
  );
}
