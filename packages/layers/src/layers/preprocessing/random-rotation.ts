import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { type Factor, rangeOf } from './random-image-layer.ts';
import { type RandomTransformConfig, RandomTransformLayer } from './random-transform-layer.ts';

/** Arguments of `RandomRotation`; angles are parts of a full turn. */
export interface RandomRotationConfig extends RandomTransformConfig {
  readonly factor: Factor;
}

/** Turns each image by a random angle in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomRotation extends RandomTransformLayer {
  static override readonly className: string = 'RandomRotation';
  readonly factor: Factor;

  constructor(config: RandomRotationConfig) {
    const { factor, ...rest } = config;
    super(rest);
    rangeOf(factor, 'factor');
    this.factor = factor;
  }

  protected columns(batch: number, height: number, width: number): (tf.Tensor | number)[] {
    const [low, high] = rangeOf(this.factor, 'factor');
    const angles = this.random.uniform([batch, 1], low * 2 * Math.PI, high * 2 * Math.PI);
    const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
    const [down, across] = [height - 1, width - 1];
    const turnedX = tf.sub(tf.mul(cos, across), tf.mul(sin, down));
    const turnedY = tf.add(tf.mul(sin, across), tf.mul(cos, down));
    const x = tf.div(tf.sub(across, turnedX), 2);
    const y = tf.div(tf.sub(down, turnedY), 2);
    return [cos, tf.neg(sin), x, sin, cos, y, 0, 0];
  }

  override get_config(): Config {
    return { ...super.get_config(), factor: this.factor };
  }
}
