import * as tf from '@tensorflow/tfjs-core';
import { Merge } from './base-merge.ts';

/** Computes the product of a list of tensors, which broadcast. */
export class Multiply extends Merge {
  static override readonly className: string = 'Multiply';

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((product, x) => tf.mul(product, x));
  }
}
