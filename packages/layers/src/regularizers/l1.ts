import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { penalty, Regularizer } from './regularizer.ts';

/** Arguments of `L1`; `l` is the old name of `l1`. */
export interface L1Config {
  readonly l1?: number | null;
  readonly l?: number | null;
}

/** Penalizes the sum of the absolute values. */
export class L1 extends Regularizer {
  static override readonly className: string = 'L1';
  readonly l1: number;

  constructor(config: L1Config = {}) {
    super();
    this.l1 = penalty(config.l ?? config.l1, 0.01);
  }

  call(x: tf.Tensor): tf.Scalar {
    return tf.mul<tf.Scalar>(this.l1, tf.sum(tf.abs(x)));
  }

  override get_config(): Config {
    return { l1: this.l1 };
  }
}
