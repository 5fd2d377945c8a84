import type * as tf from '@tensorflow/tfjs-core';
import { relu } from '../../activations/relu.ts';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { factor } from './factor.ts';

/** Arguments of `ReLU`. */
export interface ReLUConfig extends LayerConfig {
  readonly max_value?: number | null;
  readonly negative_slope?: number;
  readonly threshold?: number;
}

/** Computes the rectified linear unit, with an optional cap, slope below and threshold. Output shape: that of the input. */
export class ReLU extends Layer {
  static override readonly className: string = 'ReLU';
  readonly max_value: number | null;
  readonly negative_slope: number;
  readonly threshold: number;

  constructor(config: ReLUConfig = {}) {
    const { max_value, negative_slope, threshold, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.max_value =
      max_value === undefined || max_value === null ? null : factor(max_value, 'max_value', 0);
    this.negative_slope = factor(negative_slope, 'negative_slope', 0);
    this.threshold = factor(threshold, 'threshold', 0);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return relu(inputs, this.negative_slope, this.max_value, this.threshold);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      max_value: this.max_value,
      negative_slope: this.negative_slope,
      threshold: this.threshold,
    };
  }
}
