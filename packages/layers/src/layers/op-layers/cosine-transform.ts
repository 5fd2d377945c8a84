import { matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Element of the matrix of a transform of `size` numbers: what input `n` counts for output `k`. */
function weightOf(type: number, n: number, k: number, size: number): number {
  if (type === 1) {
    if (n === 0) return 1;
    return n === size - 1 ? (-1) ** k : 2 * Math.cos((Math.PI * k * n) / (size - 1));
  }
  if (type === 2) return 2 * Math.cos((Math.PI * (2 * n + 1) * k) / (2 * size));
  if (type === 3) return (n === 0 ? 1 : 2) * Math.cos((Math.PI * (2 * k + 1) * n) / (2 * size));
  return 2 * Math.cos((Math.PI * (2 * n + 1) * (2 * k + 1)) / (4 * size));
}

/** Factor that makes the rows of a transform orthogonal and of length 1. */
function orthoScale(type: number, n: number, k: number, size: number): number {
  if (type === 2) return k === 0 ? Math.sqrt(1 / (4 * size)) : Math.sqrt(1 / (2 * size));
  if (type === 3) return n === 0 ? Math.sqrt(1 / size) : Math.sqrt(1 / (2 * size));
  return Math.sqrt(1 / (2 * size));
}

/**
 * Computes a discrete cosine transform of the last axis. Equals `tf.signal.dct` of the types 1 to 4.
 * @throws RangeError for other types, and for type 1 that is to be orthogonal.
 */
export function cosineTransform(x: tf.Tensor, type: number, ortho: boolean): tf.Tensor {
  if (![1, 2, 3, 4].includes(type) || (type === 1 && ortho)) {
    throw new RangeError(
      `There is no cosine transform of type ${type}${ortho ? ' with norm="ortho"' : ''}.`,
    );
  }
  const size = x.shape.at(-1) ?? 0;
  const weights = Float32Array.from({ length: size * size }, (_, i) => {
    const [n, k] = [Math.floor(i / size), i % size];
    return weightOf(type, n, k, size) * (ortho ? orthoScale(type, n, k, size) : 1);
  });
  const flat = tf.reshape(x, [x.size / Math.max(size, 1), size]);
  return tf.reshape(matMul(flat, tf.tensor2d(weights, [size, size])), x.shape);
}
