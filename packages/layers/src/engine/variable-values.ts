import type { DType, Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type FlatValues, flatOfRecord, newFlat } from './flat.ts';

/** Numbers nested as deep as the rank of a tensor. */
export type NestedNumbers = number | boolean | string | readonly NestedNumbers[];

/** What a variable can be set to. */
export type AssignableValue = tf.Tensor | TensorRecord | ArrayBufferView | NestedNumbers;

/** True for a tensor record of `@km/core`. */
export function isRecord(value: AssignableValue): value is TensorRecord {
  return typeof value === 'object' && 'data' in value && 'shape' in value && 'dtype' in value;
}

/** The numbers of a record without a copy where the types agree. */
export function viewOfRecord(record: TensorRecord): FlatValues {
  switch (record.dtype) {
    case 'float32':
    case 'complex64':
    case 'float64':
    case 'complex128':
    case 'int32':
    case 'bool':
    case 'uint8':
      return record.data;
    default:
      return flatOfRecord(record);
  }
}

/** Uploads interleaved complex numbers. */
export function uploadComplex(flat: FlatValues, shape: number[]): tf.Tensor {
  const parts = [0, 1].map((part) =>
    tf.tensor(
      Float32Array.from({ length: flat.length / 2 }, (_, i) => flat[2 * i + part] ?? 0),
      shape,
    ),
  );
  const [real, imag] = parts;
  if (real === undefined || imag === undefined) throw new RangeError('Two parts are needed.');
  const value = tf.complex(real, imag);
  tf.dispose(parts);
  return value;
}

/** The numbers as int32, which is all that tfjs has for integers. */
export function toInt32(flat: FlatValues, name: string): Int32Array {
  for (const value of flat) {
    if (value > 0x7fffffff || value < -0x80000000) {
      throw new RangeError(
        `Variable ${name} holds ${String(value)}, which does not fit the int32 of tfjs.`,
      );
    }
  }
  return Int32Array.from(flat);
}

/** A copy of a typed array in the type in which `dtype` is computed. */
export function widen(dtype: DType, view: ArrayBufferView): FlatValues {
  if (view instanceof DataView) throw new TypeError('Give a typed array instead of a DataView.');
  const source = view as unknown as ArrayLike<number | bigint>;
  const flat = newFlat(dtype, dtype.startsWith('complex') ? source.length / 2 : source.length);
  for (let i = 0; i < source.length; i += 1) flat[i] = Number(source[i] ?? 0);
  return flat;
}

/** Nests a flat list by a shape. */
export function nestValues(
  leaves: readonly (number | boolean | string)[],
  shape: readonly number[],
): NestedNumbers {
  const [size, ...rest] = shape;
  if (size === undefined) return leaves[0] ?? 0;
  const step = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length: size }, (_, i) =>
    nestValues(leaves.slice(i * step, (i + 1) * step), rest),
  );
}
