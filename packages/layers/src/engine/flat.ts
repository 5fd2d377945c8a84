import {
  bfloat16ToNumber,
  type DType,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
  type Tensor as TensorRecord,
} from '@km/core';

/** Numbers of a tensor in the widest type that computing with them needs. */
export type FlatValues = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Element type under which tfjs holds a Keras dtype. */
export type DeviceDType = 'float32' | 'int32' | 'bool' | 'string' | 'complex64';

const FLOATING: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/** True for the floating dtypes. */
export function isFloating(dtype: DType): boolean {
  return FLOATING.has(dtype);
}

/** The tfjs dtype in which values of a Keras dtype are computed. */
export function deviceDType(dtype: DType): DeviceDType {
  if (isFloating(dtype)) return 'float32';
  if (dtype === 'bool' || dtype === 'string') return dtype;
  return dtype.startsWith('complex') ? 'complex64' : 'int32';
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Rounds a number to what the dtype can hold. */
export function rounder(dtype: DType): (value: number) => number {
  if (dtype === 'float16') return (value) => float16ToNumber(numberToFloat16(value));
  if (dtype === 'bfloat16') return (value) => bfloat16ToNumber(numberToBfloat16(value));
  return (value) => value;
}

/** A new zeroed array of the type in which `dtype` is computed. */
export function newFlat(dtype: DType, size: number): FlatValues {
  switch (dtype) {
    case 'float16':
    case 'bfloat16':
    case 'float32':
    case 'complex64':
      return new Float32Array(dtype === 'complex64' ? 2 * size : size);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint16':
    case 'qint8':
    case 'quint8':
    case 'qint16':
    case 'quint16':
    case 'qint32':
      return new Int32Array(size);
    case 'bool':
    case 'uint8':
      return new Uint8Array(size);
    case 'string':
      throw new TypeError('A string tensor has no numbers: read it with record().');
    default:
      return new Float64Array(dtype === 'complex128' ? 2 * size : size);
  }
}

/** The numbers of a record, copied and widened. */
export function flatOfRecord(record: TensorRecord): FlatValues {
  const flat = newFlat(record.dtype, record.dtype === 'string' ? 0 : sizeOf(record.shape));
  if (record.dtype === 'float16') return Float32Array.from(record.data, float16ToNumber);
  if (record.dtype === 'bfloat16') return Float32Array.from(record.data, bfloat16ToNumber);
  if (record.dtype === 'int64' || record.dtype === 'uint64') {
    return Float64Array.from(record.data, Number);
  }
  if (record.dtype !== 'string') flat.set(record.data);
  return flat;
}

/** A record of the given dtype from numbers, each rounded to what the dtype can hold. */
export function recordOfFlat(
  dtype: DType,
  shape: readonly number[],
  flat: ArrayLike<number>,
): TensorRecord {
  switch (dtype) {
    case 'float16':
      return { dtype, shape, data: Uint16Array.from(flat, numberToFloat16) };
    case 'bfloat16':
      return { dtype, shape, data: Uint16Array.from(flat, numberToBfloat16) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(Array.from(flat, bigOf)) };
    case 'uint64':
      return { dtype, shape, data: BigUint64Array.from(Array.from(flat, bigOf)) };
    default:
      return recordOfPlain(dtype, shape, flat);
  }
}

function bigOf(value: number): bigint {
  return BigInt(Math.trunc(value));
}

type PlainDType = Exclude<DType, 'float16' | 'bfloat16' | 'int64' | 'uint64'>;

function recordOfPlain(
  dtype: PlainDType,
  shape: readonly number[],
  flat: ArrayLike<number>,
): TensorRecord {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return { dtype, shape, data: Float32Array.from(flat) };
    case 'float64':
    case 'complex128':
      return { dtype, shape, data: Float64Array.from(flat) };
    case 'int8':
    case 'qint8':
      return { dtype, shape, data: Int8Array.from(flat) };
    case 'int16':
    case 'qint16':
      return { dtype, shape, data: Int16Array.from(flat) };
    case 'int32':
    case 'qint32':
      return { dtype, shape, data: Int32Array.from(flat) };
    case 'uint16':
    case 'quint16':
      return { dtype, shape, data: Uint16Array.from(flat) };
    case 'uint32':
      return { dtype, shape, data: Uint32Array.from(flat) };
    case 'bool':
    case 'uint8':
    case 'quint8':
      return { dtype, shape, data: Uint8Array.from(flat) };
    case 'string':
      throw new TypeError('A string tensor cannot be made from numbers.');
  }
}
