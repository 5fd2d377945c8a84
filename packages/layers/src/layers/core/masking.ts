import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `Masking`. */
export interface MaskingConfig extends LayerConfig {
  readonly mask_value?: number;
}

/**
 * Masks the steps in which every feature equals `mask_value`, and sets them to zero.
 * Input and output shape: `[batch, steps, …, features]`.
 */
export class Masking extends Layer {
  static override readonly className: string = 'Masking';
  mask_value: number;

  constructor(config: MaskingConfig = {}) {
    const { mask_value, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.mask_value = mask_value ?? 0;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const kept = tf.any(tf.notEqual(inputs, this.mask_value), -1, true);
    return tf.mul(inputs, tf.cast(kept, inputs.dtype));
  }

  override compute_mask(inputs: tf.Tensor): tf.Tensor {
    return tf.any(tf.notEqual(inputs, this.mask_value), -1);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), mask_value: this.mask_value };
  }
}
