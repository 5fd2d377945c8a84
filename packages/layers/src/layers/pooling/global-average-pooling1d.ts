import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../../engine/rows.ts';
import type { CallArgs } from '../base.ts';
import { BaseGlobalPooling, type GlobalPoolingConfig } from './base-global-pooling.ts';

/** Takes the mean over all steps that the mask keeps. Input shape: `[batch, steps, features]`, or with the features first. Output shape: `[batch, features]`. */
export class GlobalAveragePooling1D extends BaseGlobalPooling {
  static override readonly className: string = 'GlobalAveragePooling1D';

  constructor(config: GlobalPoolingConfig = {}) {
    super(1, config);
    this.supports_masking = true;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    if (rowsOf(inputs) !== null) return this.ofRows(inputs, 'mean');
    const steps = [...this.spatialAxes];
    if (!(args.mask instanceof tf.Tensor)) return tf.mean(inputs, steps, this.keepdims);
    const features = this.data_format === 'channels_first' ? 1 : 2;
    const kept = tf.expandDims(tf.cast(args.mask, 'float32'), features);
    const sum = tf.sum(tf.mul(inputs, kept), steps, this.keepdims);
    return tf.div(sum, tf.sum(kept, steps, this.keepdims));
  }

  override compute_mask(): null {
    return null;
  }
}
