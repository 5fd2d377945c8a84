import * as tf from '@tensorflow/tfjs-core';

/** The fuzz factor of Keras, `tf.keras.backend.epsilon()`. */
export const EPSILON = 1e-7;

/** The number that keeps Keras from dividing by zero. */
export function epsilon(): number {
  return EPSILON;
}

/**
 * Limits values to `[min, max]` and keeps NaN, which the clip kernel of the wasm backend turns into 0: a
 * diverged training must not look like a finite loss.
 */
export function clip(x: tf.Tensor, min: number, max: number): tf.Tensor {
  return tf.minimum(tf.maximum(x, min), max);
}

/** Limits probabilities to `[ε, 1 − ε]`. */
export function clip_probabilities(x: tf.Tensor): tf.Tensor {
  return clip(x, EPSILON, 1 - EPSILON);
}
