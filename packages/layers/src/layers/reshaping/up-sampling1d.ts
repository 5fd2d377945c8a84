import type * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { integer } from '../sizes.ts';
import { repeatAxis } from './repeat-axis.ts';

/** Arguments of `UpSampling1D`. */
export interface UpSampling1DConfig extends LayerConfig {
  readonly size?: number;
}

/** Repeats every step. Input shape: `[batch, steps, features]`. */
export class UpSampling1D extends Layer {
  static override readonly className: string = 'UpSampling1D';
  readonly size: number;

  constructor(config: UpSampling1DConfig = {}) {
    const { size, ...rest } = config;
    super(rest);
    this.size = integer(size ?? 2, 'size');
    this.input_spec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return repeatAxis(inputs, 1, this.size);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const [batch = null, steps = null, features = null] = input_shape;
    return [batch, steps === null ? null : steps * this.size, features];
  }

  override get_config(): Config {
    return { ...super.get_config(), size: this.size };
  }
}
