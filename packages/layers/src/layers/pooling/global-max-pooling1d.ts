import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../../engine/rows.ts';
import { BaseGlobalPooling, type GlobalPoolingConfig } from './base-global-pooling.ts';

/** Takes the greatest value over all positions. Input shape: `[batch, steps, features]`, or with the channels first. Output shape: `[batch, features]`. */
export class GlobalMaxPooling1D extends BaseGlobalPooling {
  static override readonly className: string = 'GlobalMaxPooling1D';

  constructor(config: GlobalPoolingConfig = {}) {
    super(1, config);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    if (rowsOf(inputs) !== null) return this.ofRows(inputs, 'max');
    return tf.max(inputs, [...this.spatialAxes], this.keepdims);
  }
}
