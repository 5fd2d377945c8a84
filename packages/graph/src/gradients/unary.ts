import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, unary, unaryFromOutput } from './define.ts';

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** Gradients of the elementwise mathematical functions with one input, as TensorFlow defines them. */
export const unaryGradients: readonly tf.GradConfig[] = [
  unary(tf.Abs, (dy, x) => tf.mul(dy, tf.sign(x))),
  unary(tf.Acos, (dy, x) => tf.neg(tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x)))))),
  unaryFromOutput(tf.Acosh, (dy, y) => tf.div(dy, tf.sinh(y))),
  unary(tf.Asin, (dy, x) => tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x))))),
  unaryFromOutput(tf.Asinh, (dy, y) => tf.div(dy, tf.cosh(y))),
  unary(tf.Atan, (dy, x) => tf.div(dy, tf.add(1, tf.square(x)))),
  unary(tf.Atanh, (dy, x) => tf.div(dy, tf.sub(1, tf.square(x)))),
  unary(tf.Cos, (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  unary(tf.Cosh, (dy, x) => tf.mul(dy, tf.sinh(x))),
  unary(tf.Erf, (dy, x) => tf.mul(dy, tf.mul(TWO_OVER_SQRT_PI, tf.exp(tf.neg(tf.square(x)))))),
  unaryFromOutput(tf.Exp, (dy, y) => tf.mul(dy, y)),
  unary(tf.Expm1, (dy, x) => tf.mul(dy, tf.exp(x))),
  unary(tf.Log, (dy, x) => tf.div(dy, x)),
  unary(tf.Log1p, (dy, x) => tf.div(dy, tf.add(1, x))),
  gradientOf(tf.Neg, [], (dy) => ({ x: () => tf.neg(dy) })),
  unaryFromOutput(tf.Reciprocal, (dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  unaryFromOutput(tf.Rsqrt, (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y)))),
  unary(tf.Sin, (dy, x) => tf.mul(dy, tf.cos(x))),
  unary(tf.Sinh, (dy, x) => tf.mul(dy, tf.cosh(x))),
  unaryFromOutput(tf.Sqrt, (dy, y) => tf.div(tf.mul(dy, 0.5), y)),
  unary(tf.Square, (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  unary(tf.Tan, (dy, x) => tf.div(dy, tf.square(tf.cos(x)))),
  unaryFromOutput(tf.Tanh, (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  unaryFromOutput(tf.Sigmoid, (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  unary(tf.Softplus, (dy, x) => tf.mul(dy, tf.sigmoid(x))),
];
