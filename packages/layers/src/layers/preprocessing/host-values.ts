import { isMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** A token: a text, or a whole number. */
export type Token = string | number;

/** Reads the elements of a tensor of texts or whole numbers. */
export function tokensOf(x: tf.Tensor): Token[] {
  return x.dtype === 'string' ? [...x.dataSync<'string'>()] : Array.from(x.dataSync<'int32'>());
}

/** Makes a tensor from values computed outside of tfjs; while shapes are inferred, none are computed. */
export function fromHost(
  shape: readonly number[],
  dtype: 'int32' | 'float32' | 'string',
  compute: () => readonly Token[],
): tf.Tensor {
  const sizes = [...shape];
  if (isMetaBackend()) return tf.fill(sizes, dtype === 'string' ? '' : 0, dtype);
  return tf.tensor(compute() as number[], sizes, dtype);
}

const encoder = new TextEncoder();

/** Returns the bytes that TensorFlow hashes for a token; whole numbers are hashed as decimal texts. */
export function bytesOf(token: Token): Uint8Array {
  return encoder.encode(String(token));
}
