import type { DType } from './tensor.ts';

/** Types that tensors of TensorFlow have and core's do not. */
export type OtherDType =
  | 'invalid'
  | 'resource'
  | 'variant'
  | 'float8_e5m2'
  | 'float8_e4m3fn'
  | 'float8_e4m3fnuz'
  | 'float8_e4m3b11fnuz'
  | 'float8_e5m2fnuz'
  | 'int4'
  | 'uint4'
  | 'int2'
  | 'uint2'
  | 'float4_e2m1fn'
  | 'unknown';

/** Name of the type of a tensor in a graph. */
export type TensorDType = DType | OtherDType;

/** Names of TensorFlow's `DataType` (tensorflow/core/framework/types.proto) by number. */
const NAMES: readonly TensorDType[] = [
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
  'float8_e5m2',
  'float8_e4m3fn',
  'float8_e4m3fnuz',
  'float8_e4m3b11fnuz',
  'float8_e5m2fnuz',
  'int4',
  'uint4',
  'int2',
  'uint2',
  'float4_e2m1fn',
];

/** The reference type of a type, which variables of TensorFlow 1 have, is this much higher. */
const REFERENCE = 100;

/** Name of a type by its number; reference types count as what they refer to. */
export function tensorDType(code: number): TensorDType {
  return NAMES[code > REFERENCE ? code - REFERENCE : code] ?? 'unknown';
}

/** Number of a type. @throws RangeError for a type without one. */
export function tensorDTypeCode(dtype: TensorDType): number {
  const code = NAMES.indexOf(dtype);
  if (code >= 0) return code;
  throw new RangeError(`Tensors of TensorFlow have no type ${dtype}.`);
}

/** True for the name of a type that tensors of a graph can have. */
export function isTensorDType(name: string): name is TensorDType {
  return (NAMES as readonly string[]).includes(name);
}
