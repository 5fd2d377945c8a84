import { type DType, isDType } from '@km/core';
import { tensorDType } from '@km/core/tensor-proto';

/** Dtype of a number in a checkpoint; `undefined` for those whose values only TensorFlow can use. */
export function dtypeOfCode(code: number): DType | undefined {
  const dtype = tensorDType(code);
  return isDType(dtype) ? dtype : undefined;
}
