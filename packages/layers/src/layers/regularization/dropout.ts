import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `Dropout`. */
export interface DropoutConfig extends LayerConfig {
  /** Part of the elements to drop, 0…1. */
  readonly rate: number;
  /** Shape of the draws, which broadcast; null sizes are those of the input. */
  readonly noise_shape?: readonly (number | null)[] | null;
  readonly seed?: number | null;
}

/** Sets a part of the elements to zero in training and scales the others up, Srivastava et al. (2014). Output shape: that of the input. */
export class Dropout extends Layer {
  static override readonly className: string = 'Dropout';
  readonly rate: number;
  readonly noise_shape: readonly (number | null)[] | null;
  readonly seed: number | null;
  readonly #random: RandomGenerator;

  constructor(config: DropoutConfig) {
    const { rate, noise_shape, seed, ...rest } = config;
    super(rest);
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`${this.name}: rate is a number from 0 to 1, not ${String(rate)}.`);
    }
    this.rate = rate;
    this.noise_shape = noise_shape ?? null;
    this.seed = seed ?? null;
    this.#random = new RandomGenerator(this.seed);
    this.supports_masking = true;
  }

  /** Returns the shape of the draws for an input. */
  protected noiseShape(shape: readonly number[]): number[] | null {
    if (this.noise_shape === null) return null;
    return this.noise_shape.map((n, axis) => n ?? shape[axis] ?? 1);
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    if (!args.training || this.rate === 0) return tf.clone(inputs);
    return this.#random.dropout(inputs, this.rate, this.noiseShape(inputs.shape));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    const { rate, noise_shape, seed } = this;
    return { ...super.get_config(), rate, noise_shape, seed };
  }
}
