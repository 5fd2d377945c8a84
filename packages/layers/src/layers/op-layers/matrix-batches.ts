import { matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOneOp, type OpOutput, typeAttr } from './op-call.ts';

/** Exchanges the last two axes. */
export function flip(x: tf.Tensor): tf.Tensor {
  const order = Array.from({ length: x.rank }, (_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** The product of matrices. */
export const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => matMul(a, b);

/** Keeps the part of matrices from `lower` diagonals below the middle one to `upper` above; negative: all. */
export function band(x: tf.Tensor, lower: number, upper: number): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const keep = Array.from({ length: rows * columns }, (_, place) => {
    const [i, j] = [Math.floor(place / columns), place % columns];
    return (lower < 0 || i - j <= lower) && (upper < 0 || j - i <= upper) ? 1 : 0;
  });
  return tf.mul(x, tf.tensor2d(keep, [rows, columns]));
}

/** The first of several outputs. */
export const only = (outputs: tf.Tensor[]): tf.Tensor => outputs[0] ?? tf.scalar(0);

/** An output of floating numbers. */
export const float = (...shape: number[]): OpOutput => ({ shape, dtype: 'float32' });

/** Inverts square matrices. */
export function inverse(x: tf.Tensor): tf.Tensor {
  const attrs = { T: typeAttr('float32') };
  return callOneOp({ op: 'MatrixInverse', inputs: [x], attrs, outputs: [float(...x.shape)] });
}
