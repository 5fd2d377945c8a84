import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { type Factor, rangeOf } from './random-image-layer.ts';
import { type RandomTransformConfig, RandomTransformLayer } from './random-transform-layer.ts';

/** Arguments of `RandomZoom`; without `width_factor` the proportions stay. */
export interface RandomZoomConfig extends RandomTransformConfig {
  readonly height_factor: Factor;
  readonly width_factor?: Factor | null;
}

/** Enlarges or shrinks each image in training; positive factors show more. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomZoom extends RandomTransformLayer {
  static override readonly className: string = 'RandomZoom';
  readonly height_factor: Factor;
  readonly width_factor: Factor | null;

  constructor(config: RandomZoomConfig) {
    const { height_factor, width_factor, ...rest } = config;
    super(rest);
    rangeOf(height_factor, 'height_factor');
    this.height_factor = height_factor;
    this.width_factor = width_factor ?? null;
    if (this.width_factor !== null) rangeOf(this.width_factor, 'width_factor');
  }

  #draw(batch: number, factor: Factor): tf.Tensor {
    const [low, high] = rangeOf(factor, 'factor');
    return this.random.uniform([batch, 1], 1 + low, 1 + high);
  }

  protected columns(batch: number, height: number, width: number): (tf.Tensor | number)[] {
    const down = this.#draw(batch, this.height_factor);
    const across = this.width_factor === null ? down : this.#draw(batch, this.width_factor);
    const shift = (size: number, zoom: tf.Tensor): tf.Tensor =>
      tf.mul((size - 1) / 2, tf.sub(1, zoom));
    return [across, 0, shift(width, across), 0, down, shift(height, down), 0, 0];
  }

  override get_config(): Config {
    const { height_factor, width_factor } = this;
    return { ...super.get_config(), height_factor, width_factor };
  }
}
