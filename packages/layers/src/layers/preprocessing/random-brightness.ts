import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { type Factor, type RandomImageConfig, RandomImageLayer } from './random-image-layer.ts';

/** Arguments of `RandomBrightness`. */
export interface RandomBrightnessConfig extends RandomImageConfig {
  /** Part of the value range that is added: a number r for −r…r, or the two ends. */
  readonly factor: Factor;
  readonly value_range?: readonly number[];
}

/** Makes each image lighter or darker in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomBrightness extends RandomImageLayer {
  static override readonly className: string = 'RandomBrightness';
  readonly factor: readonly [number, number];
  readonly value_range: readonly [number, number];

  constructor(config: RandomBrightnessConfig) {
    const { factor, value_range, ...rest } = config;
    super(rest);
    const ends = typeof factor === 'number' ? [-Math.abs(factor), Math.abs(factor)] : factor;
    this.factor = ordered(ends, 'factor');
    this.value_range = ordered(value_range ?? [0, 255], 'value_range');
    if (this.factor.some((n) => Math.abs(n) > 1)) {
      throw new RangeError(`${this.name}: factor lies between -1 and 1.`);
    }
  }

  protected change(images: tf.Tensor): tf.Tensor {
    const [batch = 1] = images.shape;
    const [low, high] = this.value_range;
    const delta = this.random.uniform([batch, 1, 1, 1], ...this.factor);
    return tf.clipByValue(tf.add(images, tf.mul(delta, high - low)), low, high);
  }

  override get_config(): Config {
    const [factor, value_range] = [[...this.factor], [...this.value_range]];
    return { ...super.get_config(), factor, value_range };
  }
}

function ordered(values: readonly number[], name: string): readonly [number, number] {
  const [low, high] = [...values].sort((a, b) => a - b);
  if (low !== undefined && high !== undefined && values.length === 2) return [low, high];
  throw new RangeError(`${name} holds two numbers, not ${JSON.stringify(values)}.`);
}
