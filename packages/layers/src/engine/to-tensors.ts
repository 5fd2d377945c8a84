import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { flatten, mapStructure } from './nest.ts';
import { withoutObjects } from './rows.ts';
import type { Nested, Tensors } from './types.ts';
import type { NestedNumbers } from './variable-values.ts';

/** A tensor, a ragged tensor, or numbers that become a tensor. */
export type TensorLike = tf.Tensor | RaggedTensor | ArrayBufferView | NestedNumbers;

function isPlainLeaf(leaf: unknown): leaf is number | boolean | string {
  return typeof leaf === 'number' || typeof leaf === 'boolean' || typeof leaf === 'string';
}

/**
 * Makes tensors of numbers, nested numbers and typed arrays, and of ragged tensors those of their values; what are
 * tensors already stays.
 */
export function toTensors(inputs: unknown): Tensors {
  const leaves = flatten<unknown>(inputs as Nested<unknown>);
  if (leaves.length > 0 && leaves.every(isPlainLeaf)) return tf.tensor(inputs as number[]);
  if (leaves.every((leaf) => leaf instanceof tf.Tensor)) return inputs as Tensors;
  return mapStructure<unknown, tf.Tensor>(inputs as Nested<unknown>, (leaf) => {
    if (isPlainLeaf(leaf)) return tf.tensor(leaf);
    if (ArrayBuffer.isView(leaf)) return tf.tensor1d(leaf as Float32Array);
    if (leaf instanceof RaggedTensor) return withoutObjects(leaf) as tf.Tensor;
    // What is no data is refused with the layer's name by the check of the inputs.
    return leaf as tf.Tensor;
  });
}
