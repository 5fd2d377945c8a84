import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { penalty, Regularizer } from './regularizer.ts';

/** Arguments of `L1L2`. */
export interface L1L2Config {
  readonly l1?: number | null;
  readonly l2?: number | null;
}

/** Penalizes the sums of the absolute values and of the squares. */
export class L1L2 extends Regularizer {
  static override readonly className: string = 'L1L2';
  readonly l1: number;
  readonly l2: number;

  constructor(config: L1L2Config = {}) {
    super();
    this.l1 = penalty(config.l1, 0);
    this.l2 = penalty(config.l2, 0);
  }

  call(x: tf.Tensor): tf.Scalar {
    let total: tf.Scalar = tf.scalar(0);
    if (this.l1 !== 0) total = tf.add(total, tf.mul(this.l1, tf.sum(tf.abs(x))));
    if (this.l2 !== 0) total = tf.add(total, tf.mul(this.l2, tf.sum(tf.square(x))));
    return total;
  }

  override get_config(): Config {
    return { l1: this.l1, l2: this.l2 };
  }
}

/** Makes an `L1L2` whose factors are 0.01 unless given. */
export function l1_l2(config: L1L2Config = {}): L1L2 {
  return new L1L2({ l1: config.l1 ?? 0.01, l2: config.l2 ?? 0.01 });
}
