import * as tf from '@tensorflow/tfjs-core';
import { MAX_POOL_POSITIONS } from '../kernels/pooling.ts';
import { gradientOf, zeroGradient } from './define.ts';

/** Sends each gradient to the first element that attained the maximum of its window. */
function maxPoolGradient(dy: tf.Tensor, x: tf.Tensor, attrs: tf.NamedAttrMap): tf.Tensor {
  const positions: tf.Tensor = tf.engine().runKernel(MAX_POOL_POSITIONS, { x }, attrs);
  const ids = tf.reshape(positions, [positions.size]) as tf.Tensor1D;
  return tf.reshape(tf.unsortedSegmentSum(tf.reshape(dy, [dy.size]), ids, x.size), x.shape);
}

function first(tensors: tf.Tensor | readonly tf.Tensor[] | undefined): tf.Tensor {
  const tensor = tensors instanceof tf.Tensor ? tensors : tensors?.[0];
  if (tensor === undefined)
    throw new TypeError('a tensor that the gradient of a pooling needs is missing');
  return tensor;
}

function averagePool(kernelName: string, gradientName: string): tf.GradConfig[] {
  return [
    gradientOf(kernelName, ['x'], (dy, { x }, attrs: tf.NamedAttrMap) => ({
      x: () => tf.engine().runKernel(gradientName, { dy, input: x }, attrs),
    })),
    gradientOf(gradientName, ['input'], (ddx, { input }, attrs: tf.NamedAttrMap) => ({
      dy: () => tf.engine().runKernel(kernelName, { x: ddx }, attrs),
      input: () => zeroGradient(input),
    })),
  ];
}

/** Gradients of the poolings, as TensorFlow defines them: a maximum that is attained twice goes to the first place. */
export const poolingGradients: readonly tf.GradConfig[] = [
  ...[tf.MaxPool, tf.MaxPool3D].map((name) =>
    gradientOf(name, ['x'], (dy, { x }, attrs: tf.NamedAttrMap) => ({
      x: () => maxPoolGradient(dy, x, attrs),
    })),
  ),
  {
    kernelName: tf.MaxPoolWithArgmax,
    inputsToSave: ['x'],
    gradFunc: (dys, [x], attrs) => ({ x: () => maxPoolGradient(first(dys), first(x), attrs) }),
  },
  ...averagePool(tf.AvgPool, tf.AvgPoolGrad),
  ...averagePool(tf.AvgPool3D, tf.AvgPool3DGrad),
];
