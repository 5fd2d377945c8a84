import * as tf from '@tensorflow/tfjs-core';
import { BaseGlobalPooling, type GlobalPoolingConfig } from './base-global-pooling.ts';

/** Takes the greatest value over all positions. Input shape: `[batch, rows, cols, channels]`, or with the channels first. Output shape: `[batch, channels]`. */
export class GlobalMaxPooling2D extends BaseGlobalPooling {
  static override readonly className: string = 'GlobalMaxPooling2D';

  constructor(config: GlobalPoolingConfig = {}) {
    super(2, config);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.max(inputs, [...this.spatialAxes], this.keepdims);
  }
}
