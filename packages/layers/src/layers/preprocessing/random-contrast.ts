import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { type Factor, type RandomImageConfig, RandomImageLayer } from './random-image-layer.ts';

/** Arguments of `RandomContrast`; one number, or one for less and one for more contrast. */
export interface RandomContrastConfig extends RandomImageConfig {
  readonly factor: Factor;
}

/** Changes the contrast of a batch in training; values stay in 0…255. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomContrast extends RandomImageLayer {
  static override readonly className: string = 'RandomContrast';
  readonly factor: Factor;

  constructor(config: RandomContrastConfig) {
    const { factor, ...rest } = config;
    super(rest);
    const [less = 0, more = 0] = typeof factor === 'number' ? [factor, factor] : factor;
    if (!(less >= 0 && more >= 0 && less <= 1)) {
      throw new RangeError(
        `${this.name}: factor is a number from 0 to 1 or two, not ${JSON.stringify(factor)}.`,
      );
    }
    this.factor = factor;
  }

  protected change(images: tf.Tensor): tf.Tensor {
    const { factor } = this;
    const [less = 0, more = 0] = typeof factor === 'number' ? [factor, factor] : factor;
    const contrast = isTracing()
      ? this.random.uniform([], 1 - less, 1 + more)
      : (this.random.seededNumbers(1, 1 - less, 1 + more)[0] ?? 1);
    const mean = tf.mean(images, [1, 2], true);
    const changed = tf.add(tf.mul(tf.sub(images, mean), contrast), mean);
    return tf.clipByValue(changed, 0, 255);
  }

  override get_config(): Config {
    return { ...super.get_config(), factor: this.factor };
  }
}
