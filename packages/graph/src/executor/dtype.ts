import type { TensorDType } from '@km/core/tensor-proto';
import type * as tf from '@tensorflow/tfjs-core';

/** Name of the type of a tensor in a graph; `unknown` for types without a name. */
export type GraphDType = TensorDType;

const FLOATS: ReadonlySet<GraphDType> = new Set(['float32', 'float64', 'float16', 'bfloat16']);
const COMPLEX: ReadonlySet<GraphDType> = new Set(['complex64', 'complex128']);

/** Number of bits of the integer types; negative for types with a sign. */
const INTEGERS: ReadonlyMap<GraphDType, number> = new Map([
  ['int8', -8],
  ['int16', -16],
  ['int32', -32],
  ['int64', -64],
  ['uint8', 8],
  ['uint16', 16],
  ['uint32', 32],
  ['uint64', 64],
  ['qint8', -8],
  ['qint16', -16],
  ['qint32', -32],
  ['quint8', 8],
  ['quint16', 16],
]);

/** True for real floating point types. */
export function isFloat(dtype: GraphDType): boolean {
  return FLOATS.has(dtype);
}

/** True for complex types. */
export function isComplex(dtype: GraphDType): boolean {
  return COMPLEX.has(dtype);
}

/** True for integer types, quantized ones included. */
export function isInteger(dtype: GraphDType): boolean {
  return INTEGERS.has(dtype);
}

/** Width of an integer type in bits, negative for types with a sign; undefined for other types. */
export function integerBits(dtype: GraphDType): number | undefined {
  return INTEGERS.get(dtype);
}

/** Type that tensors of a graph's type have on a backend of tfjs. */
export function deviceDType(dtype: GraphDType): tf.DataType {
  if (isFloat(dtype)) return 'float32';
  if (isInteger(dtype)) return 'int32';
  if (isComplex(dtype)) return 'complex64';
  return dtype === 'string' ? 'string' : 'bool';
}

/** Type of a graph that the tensors of a backend of tfjs have by themselves. */
export function ownDType(dtype: tf.DataType): GraphDType {
  return dtype;
}
