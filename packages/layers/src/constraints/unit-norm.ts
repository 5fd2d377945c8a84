import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { Constraint, EPSILON, type NormAxis, norms } from './constraint.ts';

/** Arguments of `UnitNorm`. */
export interface UnitNormConfig {
  readonly axis?: NormAxis;
}

/** Scales weight vectors to norm 1. */
export class UnitNorm extends Constraint {
  static override readonly className: string = 'UnitNorm';
  readonly axis: NormAxis;

  constructor(config: UnitNormConfig = {}) {
    super();
    this.axis = config.axis ?? 0;
  }

  call(w: tf.Tensor): tf.Tensor {
    return tf.div(w, tf.add(norms(w, this.axis), EPSILON));
  }

  override get_config(): Config {
    return { axis: this.axis };
  }
}
