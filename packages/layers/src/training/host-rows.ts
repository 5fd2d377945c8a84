import type * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { gatherSamples, HostArray, hostArrayOf, sampleCount, sliceSamples } from './host-array.ts';
import type { ArrayData } from './types.ts';

/** Ragged data outside of the backend: values, and where the rows start and end in them. */
export class HostRows {
  readonly values: HostData;
  readonly splits: Int32Array;

  constructor(values: HostData, splits: Int32Array) {
    this.values = values;
    this.splits = splits;
  }
}

/** Data of one input or output outside of the backend. */
export type HostData = HostArray | HostRows;

/** Reads data of any accepted kind; tensors of the caller are not disposed. */
export async function hostDataOf(value: ArrayData): Promise<HostData> {
  if (!(value instanceof RaggedTensor)) return hostArrayOf(value);
  return new HostRows(await hostDataOf(value.values), value.row_splits);
}

/** Number of samples. */
export function countData(data: HostData): number {
  return data instanceof HostArray ? sampleCount(data) : data.splits.length - 1;
}

/** The samples `[start, end)`, sharing the data. */
export function sliceData(data: HostData, start: number, end: number): HostData {
  if (data instanceof HostArray) return sliceSamples(data, start, end);
  return new HostRows(data.values, data.splits.slice(start, end + 1));
}

/** Makes a tensor of the samples at the given places. */
export function gatherData(data: HostData, rows: ArrayLike<number>): tf.Tensor | RaggedTensor {
  if (data instanceof HostArray) return gatherSamples(data, rows);
  const { values, splits } = data;
  const places: number[] = [];
  const lengths = Array.from(rows, (row) => {
    const [start = 0, end = start] = splits.subarray(row, row + 2);
    for (let place = start; place < end; place++) places.push(place);
    return end - start;
  });
  return RaggedTensor.from_row_lengths(gatherData(values, places), lengths);
}
