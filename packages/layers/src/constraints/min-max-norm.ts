import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { Constraint, EPSILON, type NormAxis, norms } from './constraint.ts';

/** Arguments of `MinMaxNorm`. */
export interface MinMaxNormConfig {
  readonly min_value?: number;
  readonly max_value?: number;
  /** Part of the way to the allowed norm that one step goes, 0…1. */
  readonly rate?: number;
  readonly axis?: NormAxis;
}

/** Draws the norms of weight vectors into a range. */
export class MinMaxNorm extends Constraint {
  static override readonly className: string = 'MinMaxNorm';
  readonly min_value: number;
  readonly max_value: number;
  readonly rate: number;
  readonly axis: NormAxis;

  constructor(config: MinMaxNormConfig = {}) {
    super();
    this.min_value = config.min_value ?? 0;
    this.max_value = config.max_value ?? 1;
    this.rate = config.rate ?? 1;
    this.axis = config.axis ?? 0;
  }

  call(w: tf.Tensor): tf.Tensor {
    const length = norms(w, this.axis);
    const allowed = tf.clipByValue(length, this.min_value, this.max_value);
    const desired = tf.add(tf.mul(this.rate, allowed), tf.mul(1 - this.rate, length));
    return tf.mul(w, tf.div(desired, tf.add(length, EPSILON)));
  }

  override get_config(): Config {
    return {
      min_value: this.min_value,
      max_value: this.max_value,
      rate: this.rate,
      axis: this.axis,
    };
  }
}
