import type { DType } from '@km/core';

/** Numbers of TensorFlow's `DataType` (tensorflow/core/framework/types.proto) for the dtypes of core. */
const CODES: Readonly<Record<DType, number>> = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  qint8: 11,
  quint8: 12,
  qint32: 13,
  bfloat16: 14,
  qint16: 15,
  quint16: 16,
  uint16: 17,
  complex128: 18,
  float16: 19,
  uint32: 22,
  uint64: 23,
};

/** Old reference types are the base type plus this. */
const REFERENCE = 100;

/** Number of a dtype in a checkpoint. */
export function dtypeCode(dtype: DType): number {
  return CODES[dtype];
}

/** Dtype of a number in a checkpoint; `undefined` for those whose values only TensorFlow can use. */
export function dtypeOfCode(code: number): DType | undefined {
  const base = code > REFERENCE ? code - REFERENCE : code;
  for (const dtype of Object.keys(CODES) as DType[]) if (CODES[dtype] === base) return dtype;
  return undefined;
}
