import { tensorDTypeCode } from '@km/core/tensor-proto';
import type { TensorProto } from '@km/proto/saved-model';
import type * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from '../executor/dtype.ts';
import { shapeProto } from './attr.ts';

/** Values of a constant: texts as bytes, truth values and numbers as numbers. */
export type ConstantValues = readonly (number | Uint8Array)[] | tf.BackendValues;

/** A constant as a message, in which one value stands for many equal ones. */
export function tensorMessage(
  dtype: GraphDType,
  shape: readonly number[],
  values: ConstantValues,
): TensorProto.$Properties {
  const head = { dtype: tensorDTypeCode(dtype), tensorShape: shapeProto(shape) };
  const list = isUniform(values) ? [values[0] as number | Uint8Array] : values;
  if (dtype === 'string') return { ...head, stringVal: Array.from(list as readonly Uint8Array[]) };
  const numbers = Array.from(list as ArrayLike<number>, Number);
  if (numbers.length > 1) return { ...head, tensorContent: contentOf(dtype, numbers) };
  switch (dtype) {
    case 'float32':
      return { ...head, floatVal: numbers };
    case 'bool':
      return { ...head, boolVal: numbers.map(Boolean) };
    case 'int64':
      return { ...head, int64Val: numbers.map(BigInt) };
    default:
      return { ...head, intVal: numbers };
  }
}

/** True when all values are the same, down to the sign of zero. */
export function isUniform(values: ConstantValues): boolean {
  const first = values[0];
  if (first === undefined) return false;
  if (first instanceof Uint8Array) return values.length === 1;
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

function contentOf(dtype: GraphDType, numbers: readonly number[]): Uint8Array {
  const width = dtype === 'bool' ? 1 : dtype === 'int64' ? 8 : 4;
  const view = new DataView(new ArrayBuffer(numbers.length * width));
  numbers.forEach((number, i) => {
    const at = i * width;
    if (dtype === 'float32' || dtype === 'complex64') view.setFloat32(at, number, true);
    else if (dtype === 'bool') view.setUint8(at, number);
    else if (dtype === 'int64') view.setBigInt64(at, BigInt(number), true);
    else view.setInt32(at, number, true);
  });
  return new Uint8Array(view.buffer);
}
