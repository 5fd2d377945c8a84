import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';

/** Keras's fuzz factor `backend.epsilon()`. */
export const EPSILON = 1e-7;

/** Base of the projections that a weight undergoes after each training step. */
export abstract class Constraint {
  static readonly className: string = 'Constraint';

  /** Projects a weight. */
  abstract call(w: tf.Tensor): tf.Tensor;

  /** Returns the constructor arguments. */
  get_config(): Config {
    return {};
  }

  /** Makes a constraint from its constructor arguments. */
  static from_config<T>(this: new (config: never) => T, config: Config): T {
    return new this(config as never);
  }
}

/** Axes over which a norm is taken. */
export type NormAxis = number | readonly number[];

/** Computes Euclidean norms along axes, which stay with size 1. */
export function norms(w: tf.Tensor, axis: NormAxis): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(w), typeof axis === 'number' ? axis : [...axis], true));
}
