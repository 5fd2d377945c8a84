import type * as tf from '@tensorflow/tfjs-core';

/** An activation function: a tensor in, a tensor of the same shape out. */
export type Activation = (x: tf.Tensor) => tf.Tensor;
