import * as tf from '@tensorflow/tfjs-core';
import { Merge } from './base-merge.ts';

/** Computes the mean of a list of tensors, which broadcast. */
export class Average extends Merge {
  static override readonly className: string = 'Average';

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return tf.div(
      inputs.reduce((sum, x) => tf.add(sum, x)),
      inputs.length,
    );
  }
}
