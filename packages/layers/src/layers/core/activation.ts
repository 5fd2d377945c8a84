import type * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `Activation`. */
export interface ActivationConfig extends LayerConfig {
  readonly activation: activations.ActivationIdentifier;
}

/** Applies an activation function. Output shape: that of the input. */
export class Activation extends Layer {
  static override readonly className: string = 'Activation';
  activation: activations.Activation;

  constructor(config: ActivationConfig) {
    const { activation, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.activation = activations.get(activation);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.activation(inputs);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), activation: activations.serialize(this.activation) };
  }
}
