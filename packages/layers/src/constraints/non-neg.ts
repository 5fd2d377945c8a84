import * as tf from '@tensorflow/tfjs-core';
import { Constraint } from './constraint.ts';

/** Sets negative weights to zero. */
export class NonNeg extends Constraint {
  static override readonly className: string = 'NonNeg';

  call(w: tf.Tensor): tf.Tensor {
    return tf.mul(w, tf.cast(tf.greaterEqual(w, 0), 'float32'));
  }
}
