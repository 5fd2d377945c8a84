import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `AlphaDropout`. */
export interface AlphaDropoutConfig extends LayerConfig {
  readonly rate: number;
  /** Shape of the draws, which broadcast. */
  readonly noise_shape?: readonly number[] | null;
  readonly seed?: number | null;
}

/** Value that scaled exponential linear units saturate at, −α·λ. */
const SATURATION = -1.6732632423543772 * 1.0507009873554805;

/** Drops elements in training so that mean and variance stay, Klambauer et al. (2017). Output shape: that of the input. */
export class AlphaDropout extends Layer {
  static override readonly className: string = 'AlphaDropout';
  readonly rate: number;
  readonly noise_shape: readonly number[] | null;
  readonly seed: number | null;
  readonly #random: RandomGenerator;

  constructor(config: AlphaDropoutConfig) {
    const { rate, noise_shape, seed, ...rest } = config;
    super(rest);
    this.rate = rate;
    this.noise_shape = noise_shape ?? null;
    this.seed = seed ?? null;
    this.#random = new RandomGenerator(this.seed);
    this.supports_masking = true;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const { rate } = this;
    if (!args.training || rate <= 0 || rate >= 1) return inputs;
    const draws = this.#random.uniform(this.noise_shape ?? inputs.shape);
    const kept = tf.cast(tf.greaterEqual(draws, rate), 'float32');
    const scale = ((1 - rate) * (1 + rate * SATURATION ** 2)) ** -0.5;
    const dropped = tf.add(tf.mul(inputs, kept), tf.mul(tf.sub(1, kept), SATURATION));
    return tf.add(tf.mul(dropped, scale), -scale * SATURATION * rate);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), rate: this.rate, seed: this.seed };
  }
}
