import * as tf from '@tensorflow/tfjs-core';
import { hostArrayOf } from '../training/host-array.ts';
import type { ArrayData } from '../training/types.ts';

/**
 * Turns class numbers into rows that begin with as many ones, as `keras.utils.to_ordinal`.
 * Resolves to a float32 tensor of the shape of `y`, without a last axis of size 1, and `num_classes - 1`.
 */
export async function to_ordinal(
  y: ArrayData,
  num_classes: number | null = null,
): Promise<tf.Tensor> {
  const { data, shape } = await hostArrayOf(y);
  const numbers = Array.from(data as ArrayLike<number>, Number);
  const width = (num_classes || Math.max(0, ...numbers) + 1) - 1;
  const values = numbers.flatMap((value) =>
    Array.from({ length: width }, (_, place) => (place < value ? 1 : 0)),
  );
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return tf.tensor(values, [...kept, width], 'float32');
}
