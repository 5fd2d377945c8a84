import * as tf from '@tensorflow/tfjs-core';
import { BaseGlobalPooling, type GlobalPoolingConfig } from './base-global-pooling.ts';

/** Takes the mean over all positions. Input shape: `[batch, rows, cols, channels]`, or with the channels first. Output shape: `[batch, channels]`. */
export class GlobalAveragePooling2D extends BaseGlobalPooling {
  static override readonly className: string = 'GlobalAveragePooling2D';

  constructor(config: GlobalPoolingConfig = {}) {
    super(2, config);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mean(inputs, [...this.spatialAxes], this.keepdims);
  }
}
