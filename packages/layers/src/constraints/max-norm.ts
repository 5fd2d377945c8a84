import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { Constraint, EPSILON, type NormAxis, norms } from './constraint.ts';

/** Arguments of `MaxNorm`. */
export interface MaxNormConfig {
  readonly max_value?: number;
  readonly axis?: NormAxis;
}

/** Scales weight vectors whose norm is above a maximum down to it. */
export class MaxNorm extends Constraint {
  static override readonly className: string = 'MaxNorm';
  readonly max_value: number;
  readonly axis: NormAxis;

  constructor(config: MaxNormConfig = {}) {
    super();
    this.max_value = config.max_value ?? 2;
    this.axis = config.axis ?? 0;
  }

  call(w: tf.Tensor): tf.Tensor {
    const length = norms(w, this.axis);
    const desired = tf.clipByValue(length, 0, this.max_value);
    return tf.mul(w, tf.div(desired, tf.add(length, EPSILON)));
  }

  override get_config(): Config {
    return { max_value: this.max_value, axis: this.axis };
  }
}
