import type { Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { flatOfRecord, sizeOf } from '../engine/flat.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import type { ArrayData, ShapedArray, TypedArray } from './types.ts';

/** Dtypes of data outside of the backend. */
type HostDType = 'float32' | 'int32' | 'bool' | 'string';

/** Numbers or strings outside of the backend, from which batches are cut. */
export class HostArray {
  readonly dtype: HostDType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

  constructor(dtype: HostDType, shape: readonly number[], data: HostArray['data']) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }
}

/** True for a typed array of numbers. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** True for an object that holds flat data and its shape: a tensor record, or a typed array with a shape. */
export function isShapedArray(value: unknown): value is TensorRecord | ShapedArray {
  if (typeof value !== 'object' || value === null || value instanceof tf.Tensor) return false;
  return 'data' in value && 'shape' in value && Array.isArray(value.shape);
}

/**
 * Reads data of any accepted kind; tensors of the caller are not disposed.
 * @throws TypeError for ragged data.
 */
export async function hostArrayOf(value: ArrayData): Promise<HostArray> {
  if (value instanceof RaggedTensor) {
    throw new TypeError('Ragged data do not stand here: pad them with to_tensor().');
  }
  if (value instanceof tf.Tensor) return hostArrayOfTensor(value);
  if (isTypedArray(value)) return ofTypedArray(value, [value.length]);
  if (isShapedArray(value)) {
    return 'dtype' in value ? ofRecord(value) : ofTypedArray(value.data, value.shape);
  }
  return ofNested(value);
}

async function hostArrayOfTensor(tensor: tf.Tensor): Promise<HostArray> {
  const shape = tensor.shape;
  if (tensor.dtype === 'string') {
    const data = (await tensor.bytes()) as Uint8Array[];
    return new HostArray('string', shape, data);
  }
  const data = await tensor.data();
  return numeric(tensor.dtype, shape, data);
}

/** Numbers in the array type of their dtype, shared with the caller where they are so already. */
function numeric(dtype: string, shape: readonly number[], data: ArrayLike<number>): HostArray {
  if (dtype === 'bool') {
    return new HostArray(dtype, shape, data instanceof Uint8Array ? data : Uint8Array.from(data));
  }
  if (dtype.includes('int')) {
    const ints = data instanceof Int32Array ? data : Int32Array.from(data);
    return new HostArray('int32', shape, ints);
  }
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return new HostArray('float32', shape, floats);
}

function checkSize(length: number, shape: readonly number[]): void {
  if (length === sizeOf(shape)) return;
  throw new RangeError(`${length} numbers are not those of a shape of [${shape.join(', ')}].`);
}

function ofRecord(record: TensorRecord): HostArray {
  const { shape } = record;
  if (record.dtype === 'string') {
    checkSize(record.data.length, shape);
    return new HostArray('string', shape, record.data);
  }
  const flat = flatOfRecord(record);
  checkSize(flat.length, shape);
  return numeric(record.dtype, shape, flat);
}

function ofTypedArray(array: TypedArray, shape: readonly number[]): HostArray {
  checkSize(array.length, shape);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    return numeric('int32', shape, Array.from(array, Number));
  }
  const floating = array instanceof Float32Array || array instanceof Float64Array;
  return numeric(floating ? 'float32' : 'int32', shape, array);
}

/** Plain numbers become float32, as Python's floats do; strings and booleans keep their kind. */
function ofNested(value: ArrayData): HostArray {
  const tensor = tf.tensor(value as number[]);
  const { shape, dtype } = tensor;
  try {
    if (dtype === 'string') {
      return new HostArray(
        dtype,
        shape,
        tf.engine().readSync(tensor.dataId) as unknown as Uint8Array[],
      );
    }
    return numeric(dtype, shape, tensor.dataSync());
  } finally {
    tensor.dispose();
  }
}

/** Number of samples. */
export function sampleCount(array: HostArray): number {
  const [count] = array.shape;
  if (count !== undefined) return count;
  throw new RangeError('Data has an axis of samples; a single number has none.');
}

/** Makes a tensor of the samples at the given places. */
export function gatherSamples(array: HostArray, rows: ArrayLike<number>): tf.Tensor {
  const shape = [rows.length, ...array.shape.slice(1)];
  const width = sizeOf(array.shape.slice(1));
  if (array.dtype === 'string') {
    const strings = array.data as readonly Uint8Array[];
    const data = Array.from(rows).flatMap((row) => strings.slice(row * width, (row + 1) * width));
    return tf.tensor(data, shape, 'string');
  }
  const source = array.data as Float32Array;
  const data = new (source.constructor as Float32ArrayConstructor)(rows.length * width);
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    data.set(source.subarray(row * width, (row + 1) * width), i * width);
  }
  return tf.tensor(data, shape, array.dtype);
}

/** The samples `[start, end)`, sharing the data. */
export function sliceSamples(array: HostArray, start: number, end: number): HostArray {
  const width = sizeOf(array.shape.slice(1));
  const shape = [end - start, ...array.shape.slice(1)];
  const { dtype, data } = array;
  const part =
    'subarray' in data
      ? data.subarray(start * width, end * width)
      : data.slice(start * width, end * width);
  return new HostArray(dtype, shape, part);
}
