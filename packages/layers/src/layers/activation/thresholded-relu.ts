import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { factor } from './factor.ts';

/** Arguments of `ThresholdedReLU`. */
export interface ThresholdedReLUConfig extends LayerConfig {
  readonly theta?: number;
}

/** Keeps what is above `theta` and sets the rest to zero. Output shape: that of the input. */
export class ThresholdedReLU extends Layer {
  static override readonly className: string = 'ThresholdedReLU';
  readonly theta: number;

  constructor(config: ThresholdedReLUConfig = {}) {
    const { theta, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.theta = factor(theta, 'theta', 1);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, tf.cast(tf.greater(inputs, this.theta), 'float32'));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), theta: this.theta };
  }
}
