import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../composed/mat-mul.ts';
import { gradientOf, sumToShape } from './define.ts';

function byA(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, attrs: tf.BatchMatMulAttrs): tf.Tensor {
  const { transposeA, transposeB } = attrs;
  const gradient = transposeA ? matMul(b, dy, transposeB, true) : matMul(dy, b, false, !transposeB);
  return sumToShape(gradient, a.shape);
}

function byB(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, attrs: tf.BatchMatMulAttrs): tf.Tensor {
  const { transposeA, transposeB } = attrs;
  const gradient = transposeB ? matMul(dy, a, true, transposeA) : matMul(a, dy, !transposeA, false);
  return sumToShape(gradient, b.shape);
}

/** Gradients of the matrix product, with broadcasting leading axes. */
export const matMulGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.BatchMatMul, ['a', 'b'], (dy, { a, b }, attrs: tf.BatchMatMulAttrs) => ({
    a: () => byA(dy, a, b, attrs),
    b: () => byB(dy, a, b, attrs),
  })),
];
