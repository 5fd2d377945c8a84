import type * as tf from '@tensorflow/tfjs-core';
import { elu } from '../../activations/elementwise.ts';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { factor } from './factor.ts';

/** Arguments of `ELU`. */
export interface ELUConfig extends LayerConfig {
  readonly alpha?: number;
}

/** Computes x above zero and `alpha · (exp(x) − 1)` below. Output shape: that of the input. */
export class ELU extends Layer {
  static override readonly className: string = 'ELU';
  readonly alpha: number;

  constructor(config: ELUConfig = {}) {
    const { alpha, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.alpha = factor(alpha, 'alpha', 1);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return elu(inputs, this.alpha);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), alpha: this.alpha };
  }
}
