import * as tf from '@tensorflow/tfjs-core';
import { hostArrayOf } from '../training/host-array.ts';
import type { ArrayData } from '../training/types.ts';

/**
 * Turns class numbers into rows with a 1 at the number and 0 elsewhere, as `keras.utils.to_categorical`.
 * Resolves to a float32 tensor of the shape of `y`, without a last axis of size 1, and `num_classes`; the caller disposes it.
 * @throws RangeError for a number that is not one of the classes.
 */
export async function to_categorical(
  y: ArrayData,
  num_classes: number | null = null,
): Promise<tf.Tensor> {
  const { data, shape } = await hostArrayOf(y);
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const count = num_classes ?? numbers.reduce((most, value) => Math.max(most, value + 1), 0);
  const values = new Float32Array(numbers.length * count);
  numbers.forEach((value, row) => {
    const index = value < 0 ? value + count : value;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`${value} is none of ${count} classes.`);
    }
    values[row * count + index] = 1;
  });
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return tf.tensor(values, [...kept, count], 'float32');
}
