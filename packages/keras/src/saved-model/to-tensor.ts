import { deviceDType, type GraphDType } from '@km/graph';
import { Variable } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { StructuredInput } from './values.ts';

/** True for tensors and variables. */
export function isTensor(value: unknown): value is tf.Tensor | Variable {
  return value instanceof tf.Tensor || value instanceof Variable;
}

/** True for what becomes a tensor when a function takes one: numbers, texts, arrays. */
export function isConvertible(value: StructuredInput): boolean {
  if (isTensor(value)) return true;
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value))
    return value.every((item: StructuredInput) => isConvertible(item) && !isTensor(item));
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
}

/** The value as a tensor of the type that a function takes. @throws TypeError when it is of another type. */
export function tensorFor(value: StructuredInput, dtype: GraphDType, name: string): tf.Tensor {
  const wanted = deviceDType(dtype);
  const tensor = value instanceof Variable ? value.read() : value;
  if (tensor instanceof tf.Tensor) {
    if (tensor.dtype === wanted) return tensor;
    throw new TypeError(
      `${name} has to be ${dtype} (a tensor of ${wanted} here), got ${tensor.dtype}.`,
    );
  }
  if (!isConvertible(value) || value === null || value === undefined) {
    throw new TypeError(`${name} has to be a tensor of ${dtype}, got ${describe(value)}.`);
  }
  return tf.tensor(value as tf.TensorLike, undefined, wanted);
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (isTensor(value)) return `a tensor of ${value.dtype} [${value.shape.join(', ')}]`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value) ?? typeof value;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${describe(item)}`);
  return `{${entries.join(', ')}}`;
}
