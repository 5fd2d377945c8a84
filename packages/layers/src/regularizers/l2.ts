import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { penalty, Regularizer } from './regularizer.ts';

/** Arguments of `L2`; `l` is the old name of `l2`. */
export interface L2Config {
  readonly l2?: number | null;
  readonly l?: number | null;
}

/** Penalizes the sum of the squares. */
export class L2 extends Regularizer {
  static override readonly className: string = 'L2';
  readonly l2: number;

  constructor(config: L2Config = {}) {
    super();
    this.l2 = penalty(config.l ?? config.l2, 0.01);
  }

  call(x: tf.Tensor): tf.Scalar {
    return tf.mul<tf.Scalar>(this.l2, tf.sum(tf.square(x)));
  }

  override get_config(): Config {
    return { l2: this.l2 };
  }
}
