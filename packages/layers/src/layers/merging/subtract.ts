import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../base.ts';
import { Merge } from './base-merge.ts';

/** Subtracts the second of two tensors from the first; they broadcast. */
export class Subtract extends Merge {
  static override readonly className: string = 'Subtract';

  override build(input_shape: readonly Shape[]): void {
    super.build(input_shape);
    if (input_shape.length !== 2) {
      throw new RangeError(`${this.name}: takes 2 inputs, not ${input_shape.length}.`);
    }
  }

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    const [a, b] = inputs;
    if (a === undefined || b === undefined || inputs.length !== 2) {
      throw new RangeError(`${this.name}: takes 2 inputs, not ${inputs.length}.`);
    }
    return tf.sub(a, b);
  }
}
