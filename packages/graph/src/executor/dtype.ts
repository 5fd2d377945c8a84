import type * as tf from '@tensorflow/tfjs-core';

/** Names of TensorFlow's `DataType` (tensorflow/core/framework/types.proto) by number. */
const NAMES = [
  'invalid',
  'float32',
  'float64',
  'int32',
  'uint8',
  'int16',
  'int8',
  'string',
  'complex64',
  'int64',
  'bool',
  'qint8',
  'quint8',
  'qint32',
  'bfloat16',
  'qint16',
  'quint16',
  'uint16',
  'complex128',
  'float16',
  'resource',
  'variant',
  'uint32',
  'uint64',
] as const;

/** Name of the type of a tensor in a graph; `unknown` for types that no op of this package takes. */
export type GraphDType = (typeof NAMES)[number] | 'unknown';

/** The reference type of a type, which variables of TensorFlow 1 have, is this much higher. */
const REFERENCE = 100;

/** Name of a type by its number; reference types count as what they refer to. */
export function graphDType(code: number): GraphDType {
  return NAMES[code > REFERENCE ? code - REFERENCE : code] ?? 'unknown';
}

/** True for the name of a type that tensors of a graph can have. */
export function isGraphDType(name: string): name is GraphDType {
  return (NAMES as readonly string[]).includes(name);
}

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
