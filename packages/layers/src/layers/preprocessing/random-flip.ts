import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { oneOf } from '../sizes.ts';
import { type RandomImageConfig, RandomImageLayer } from './random-image-layer.ts';

/** In which directions images may be flipped. */
export type FlipMode = 'horizontal' | 'vertical' | 'horizontal_and_vertical';

/** Arguments of `RandomFlip`. */
export interface RandomFlipConfig extends RandomImageConfig {
  readonly mode?: FlipMode;
}

/** Flips each image with probability ½ in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomFlip extends RandomImageLayer {
  static override readonly className: string = 'RandomFlip';
  readonly mode: FlipMode;

  constructor(config: RandomFlipConfig = {}) {
    const { mode, ...rest } = config;
    super(rest);
    const modes = ['horizontal', 'vertical', 'horizontal_and_vertical'] as const;
    this.mode = oneOf(mode ?? 'horizontal_and_vertical', modes, 'mode');
  }

  protected change(images: tf.Tensor, single: boolean): tf.Tensor {
    const across = this.mode === 'vertical' ? images : this.#flip(images, 2, single);
    return this.mode === 'horizontal' ? across : this.#flip(across, 1, single);
  }

  #flip(images: tf.Tensor, axis: number, single: boolean): tf.Tensor {
    const [batch = 1] = images.shape;
    if (isTracing()) {
      const drawn = this.random.uniform([batch, 1, 1, 1]);
      return tf.where(tf.greater(drawn, 0.5), tf.reverse(images, axis), images);
    }
    // TensorFlow flips a batch at the upper half of the numbers and a single image at the lower one.
    const flips = (drawn: number): number => Number(single ? drawn < 0.5 : drawn > 0.5);
    const chosen = tf.tensor(this.random.seededNumbers(batch).map(flips), [batch, 1, 1, 1]);
    const flipped = tf.mul(chosen, tf.reverse(images, axis));
    return tf.add(flipped, tf.mul(tf.sub(1, chosen), images));
  }

  override get_config(): Config {
    return { ...super.get_config(), mode: this.mode };
  }
}
