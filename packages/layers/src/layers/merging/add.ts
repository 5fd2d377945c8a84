import * as tf from '@tensorflow/tfjs-core';
import { Merge } from './base-merge.ts';

/** Computes the sum of a list of tensors, which broadcast. */
export class Add extends Merge {
  static override readonly className: string = 'Add';

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((sum, x) => tf.add(sum, x));
  }
}
