import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';

/** Base of the penalties on a tensor; subclasses define `call` and `get_config`. */
export abstract class Regularizer {
  static readonly className: string = 'Regularizer';

  /** Computes the penalty of a tensor, a scalar. */
  abstract call(x: tf.Tensor): tf.Scalar;

  /** Returns the constructor arguments. */
  get_config(): Config {
    return {};
  }

  /** Makes a regularizer from its constructor arguments. */
  static from_config<T>(this: new (config: never) => T, config: Config): T {
    return new this(config as never);
  }
}

/** Checks a factor and rounds it to float32, as Keras keeps it. */
export function penalty(value: number | null | undefined, fallback: number): number {
  const factor = value ?? fallback;
  if (Number.isFinite(factor)) return Math.fround(factor);
  throw new RangeError(`A regularization factor is a finite number, not ${String(factor)}.`);
}
