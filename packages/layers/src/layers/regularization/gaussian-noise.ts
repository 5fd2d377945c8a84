import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `GaussianNoise`. */
export interface GaussianNoiseConfig extends LayerConfig {
  readonly stddev: number;
  readonly seed?: number | null;
}

/** Adds normal noise in training. Output shape: that of the input. */
export class GaussianNoise extends Layer {
  static override readonly className: string = 'GaussianNoise';
  readonly stddev: number;
  readonly seed: number | null;
  readonly #random: RandomGenerator;

  constructor(config: GaussianNoiseConfig) {
    const { stddev, seed, ...rest } = config;
    super(rest);
    this.stddev = stddev;
    this.seed = seed ?? null;
    this.#random = new RandomGenerator(this.seed);
    this.supports_masking = true;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    if (!args.training) return inputs;
    return tf.add(inputs, this.#random.normal(inputs.shape, 0, this.stddev));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), stddev: this.stddev, seed: this.seed };
  }
}
