import * as tf from '@tensorflow/tfjs-core';
import { Merge } from './base-merge.ts';

/** Computes the least of a list of tensors, which broadcast. */
export class Minimum extends Merge {
  static override readonly className: string = 'Minimum';

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((least, x) => tf.minimum(least, x));
  }
}
