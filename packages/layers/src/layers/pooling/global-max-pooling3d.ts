import * as tf from '@tensorflow/tfjs-core';
import { BaseGlobalPooling, type GlobalPoolingConfig } from './base-global-pooling.ts';

/** Takes the greatest value over all positions. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. Output shape: `[batch, channels]`. */
export class GlobalMaxPooling3D extends BaseGlobalPooling {
  static override readonly className: string = 'GlobalMaxPooling3D';

  constructor(config: GlobalPoolingConfig = {}) {
    super(3, config);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.max(inputs, [...this.spatialAxes], this.keepdims);
  }
}
