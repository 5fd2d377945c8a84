import * as tf from '@tensorflow/tfjs-core';
import { RELU_GRAD, RELU6_GRAD } from '../kernels/elementwise.ts';
import { gradientOf, maskOf, sumToShape, unaryFromOutput } from './define.ts';

const SELU_SCALE_ALPHA = tf.backend_util.SELU_SCALEALPHA;
const SELU_SCALE = tf.backend_util.SELU_SCALE;

function preluByInput(dy: tf.Tensor, x: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  const slope = tf.add(maskOf(tf.greater(x, 0)), tf.mul(alpha, maskOf(tf.less(x, 0))));
  return tf.mul(dy, slope);
}

function clippedMask(x: tf.Tensor, min: number, max: number): tf.Tensor {
  return maskOf(tf.logicalAnd(tf.greaterEqual(x, min), tf.lessEqual(x, max)));
}

/**
 * Gradients of the activation kernels, as TensorFlow defines them: zero at the kink of `relu`, `relu6` and `prelu`,
 * one at both ends of a clipped interval.
 */
export const activationGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Relu, ['y'], (dy, { y }) => ({
    x: () => tf.engine().runKernel(RELU_GRAD, { dy, y }),
  })),
  gradientOf(RELU_GRAD, ['y'], (ddx, { y }) => ({
    dy: () => tf.engine().runKernel(RELU_GRAD, { dy: ddx, y }),
    y: () => tf.zerosLike(y),
  })),
  gradientOf(tf.Relu6, ['y'], (dy, { y }) => ({
    x: () => tf.engine().runKernel(RELU6_GRAD, { dy, y }),
  })),
  gradientOf(RELU6_GRAD, ['y'], (ddx, { y }) => ({
    dy: () => tf.engine().runKernel(RELU6_GRAD, { dy: ddx, y }),
    y: () => tf.zerosLike(y),
  })),
  gradientOf(tf.LeakyRelu, ['x'], (dy, { x }, { alpha }: { alpha: number }) => ({
    x: () => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha)),
  })),
  gradientOf(tf.Prelu, ['x', 'alpha'], (dy, { x, alpha }) => ({
    x: () => preluByInput(dy, x, alpha),
    alpha: () => sumToShape(tf.mul(dy, tf.mul(x, maskOf(tf.less(x, 0)))), alpha.shape),
  })),
  unaryFromOutput(tf.Elu, (dy, y) => tf.where(tf.less(y, 0), tf.mul(dy, tf.add(y, 1)), dy)),
  unaryFromOutput(tf.Selu, (dy, y) =>
    tf.where(tf.less(y, 0), tf.mul(dy, tf.add(y, SELU_SCALE_ALPHA)), tf.mul(dy, SELU_SCALE)),
  ),
  gradientOf(tf.ClipByValue, ['x'], (dy, { x }, attrs: tf.ClipByValueAttrs) => ({
    x: () => tf.mul(dy, clippedMask(x, attrs.clipValueMin, attrs.clipValueMax)),
  })),
  gradientOf(tf.Step, [], (dy) => ({ x: () => tf.zerosLike(dy) })),
  gradientOf(tf.Softmax, ['logits', 'y'], (dy, { y }, { dim }: tf.SoftmaxAttrs) => ({
    logits: () => tf.mul(tf.sub(dy, tf.sum(tf.mul(dy, y), dim, true)), y),
  })),
];
