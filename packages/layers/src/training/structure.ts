import * as tf from '@tensorflow/tfjs-core';
import { isPlainObject } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { isShapedArray, isTypedArray } from './host-array.ts';
import type { ArrayData, Data } from './types.ts';

/** True for data of one tensor that says its shape itself. */
function isArrayLike(value: unknown): boolean {
  return (
    value instanceof tf.Tensor ||
    value instanceof RaggedTensor ||
    isTypedArray(value) ||
    isShapedArray(value)
  );
}

/** True for a list of data, rather than the nested numbers of one tensor. */
function isList(value: readonly unknown[], expected: number): boolean {
  if (value.some((item) => isArrayLike(item) || isPlainObject(item))) return true;
  if (value.some((item) => Array.isArray(item) && isList(item, 0))) return true;
  return expected > 1 && value.length === expected && value.every(Array.isArray);
}

/**
 * Converts each piece of data in a list or dictionary.
 *
 * @param expected Number of tensors of the model, which tells lists of plain arrays from nested ones.
 */
export async function convertData<T>(
  data: Data,
  expected: number,
  convert: (leaf: ArrayData) => Promise<T>,
): Promise<Nested<T>> {
  if (isArrayLike(data)) return convert(data as ArrayData);
  if (Array.isArray(data)) {
    if (!isList(data, expected)) return convert(data as ArrayData);
    const items: Nested<T>[] = [];
    for (const item of data) items.push(await convertData(item as Data, 0, convert));
    return items;
  }
  if (!isPlainObject(data)) return convert(data as ArrayData);
  const entries: [string, Nested<T>][] = [];
  for (const [key, item] of Object.entries(data)) {
    entries.push([key, await convertData(item as Data, 0, convert)]);
  }
  return Object.fromEntries(entries);
}
