import * as tf from '@tensorflow/tfjs-core';
import { Merge } from './base-merge.ts';

/** Computes the greatest of a list of tensors, which broadcast. */
export class Maximum extends Merge {
  static override readonly className: string = 'Maximum';

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((greatest, x) => tf.maximum(greatest, x));
  }
}
