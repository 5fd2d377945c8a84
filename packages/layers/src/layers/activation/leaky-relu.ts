import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { factor } from './factor.ts';

/** Arguments of `LeakyReLU`. */
export interface LeakyReLUConfig extends LayerConfig {
  readonly alpha?: number;
}

/** Computes x above zero and `alpha · x` below. Output shape: that of the input. */
export class LeakyReLU extends Layer {
  static override readonly className: string = 'LeakyReLU';
  readonly alpha: number;

  constructor(config: LeakyReLUConfig = {}) {
    const { alpha, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.alpha = factor(alpha, 'alpha', 0.3);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.leakyRelu(inputs, this.alpha);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), alpha: this.alpha };
  }
}
