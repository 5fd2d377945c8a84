import { encodeTensor, type Tensor } from '@km/core';
import { tensorDTypeCode } from '@km/core/tensor-proto';
import type { TensorProto } from '@km/proto/saved-model';
import { shapeProto } from './tensor-shape.ts';

/** Makes the message of a constant: numbers as their bytes, strings one by one. */
export function encodeTensorProto(tensor: Tensor): TensorProto.$Properties {
  const { dtype, shape } = tensor;
  const head = { dtype: tensorDTypeCode(dtype), tensorShape: shapeProto(shape) };
  if (dtype === 'string') return { ...head, stringVal: [...tensor.data] };
  return { ...head, tensorContent: encodeTensor(tensor) };
}
