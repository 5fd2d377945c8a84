import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { type Factor, rangeOf } from './random-image-layer.ts';
import { type RandomTransformConfig, RandomTransformLayer } from './random-transform-layer.ts';

/** Arguments of `RandomTranslation`; factors are parts of height and width. */
export interface RandomTranslationConfig extends RandomTransformConfig {
  readonly height_factor: Factor;
  readonly width_factor: Factor;
}

/** Moves each image in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomTranslation extends RandomTransformLayer {
  static override readonly className: string = 'RandomTranslation';
  readonly height_factor: Factor;
  readonly width_factor: Factor;

  constructor(config: RandomTranslationConfig) {
    const { height_factor, width_factor, ...rest } = config;
    super(rest);
    rangeOf(height_factor, 'height_factor');
    rangeOf(width_factor, 'width_factor');
    this.height_factor = height_factor;
    this.width_factor = width_factor;
  }

  protected columns(batch: number, height: number, width: number): (tf.Tensor | number)[] {
    const draw = (factor: Factor, size: number): tf.Tensor => {
      const [low, high] = rangeOf(factor, 'factor');
      return tf.mul(this.random.uniform([batch, 1], low, high), -size);
    };
    const down = draw(this.height_factor, height);
    const across = draw(this.width_factor, width);
    return [1, 0, across, 0, 1, down, 0, 0];
  }

  override get_config(): Config {
    const { height_factor, width_factor } = this;
    return { ...super.get_config(), height_factor, width_factor };
  }
}
