import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `GaussianDropout`. */
export interface GaussianDropoutConfig extends LayerConfig {
  readonly rate: number;
  readonly seed?: number | null;
}

/** Multiplies with normal noise around 1 in training, Srivastava et al. (2014). Output shape: that of the input. */
export class GaussianDropout extends Layer {
  static override readonly className: string = 'GaussianDropout';
  readonly rate: number;
  readonly seed: number | null;
  readonly #random: RandomGenerator;

  constructor(config: GaussianDropoutConfig) {
    const { rate, seed, ...rest } = config;
    super(rest);
    this.rate = rate;
    this.seed = seed ?? null;
    this.#random = new RandomGenerator(this.seed);
    this.supports_masking = true;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    if (!args.training || this.rate <= 0 || this.rate >= 1) return inputs;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return tf.mul(inputs, this.#random.normal(inputs.shape, 1, stddev));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), rate: this.rate, seed: this.seed };
  }
}
