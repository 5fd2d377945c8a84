import * as tf from '@tensorflow/tfjs-core';
import { ComplexTensor, share, type Value } from './values.ts';

function stop(x: tf.Tensor): tf.Tensor {
  // A gradient of zero, because tfjs refuses variables that no path leads to.
  return tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x);
}

/** The same value for an owner of its own; no gradient flows through it. */
export function stopGradient(value: Value): Value {
  if (value instanceof tf.Tensor) return value.dtype === 'float32' ? stop(value) : tf.clone(value);
  if (value instanceof ComplexTensor) return new ComplexTensor(stop(value.real), stop(value.imag));
  return share(value);
}
