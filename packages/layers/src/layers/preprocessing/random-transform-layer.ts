import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { oneOf } from '../sizes.ts';
import { type RandomImageConfig, RandomImageLayer } from './random-image-layer.ts';

/** What stands outside of an image. */
export type FillMode = 'reflect' | 'wrap' | 'constant' | 'nearest';

/** Arguments of the layers that move, turn or enlarge images. */
export interface RandomTransformConfig extends RandomImageConfig {
  readonly fill_mode?: FillMode;
  /** Value outside of the image with the fill mode `constant`. */
  readonly fill_value?: number;
  readonly interpolation?: 'nearest' | 'bilinear';
}

/** Base of the layers that move, turn or enlarge images at random. */
export abstract class RandomTransformLayer extends RandomImageLayer {
  readonly fill_mode: FillMode;
  readonly fill_value: number;
  readonly interpolation: 'nearest' | 'bilinear';

  constructor(config: RandomTransformConfig) {
    const { fill_mode, fill_value, interpolation, ...rest } = config;
    super(rest);
    const modes = ['reflect', 'wrap', 'constant', 'nearest'] as const;
    this.fill_mode = oneOf(fill_mode ?? 'reflect', modes, 'fill_mode');
    this.fill_value = fill_value ?? 0;
    this.interpolation = oneOf(
      interpolation ?? 'bilinear',
      ['nearest', 'bilinear'] as const,
      'interpolation',
    );
  }

  /** Returns the columns of the projective transforms, each of shape `[batch, 1]` or a number for all. */
  protected abstract columns(
    batch: number,
    height: number,
    width: number,
  ): readonly (tf.Tensor | number)[];

  protected change(images: tf.Tensor): tf.Tensor {
    const [batch = 1, height = 1, width = 1] = images.shape;
    const columns = this.columns(batch, height, width).map((column) =>
      typeof column === 'number' ? tf.fill([batch, 1], column) : column,
    );
    return tf.image.transform(
      images as tf.Tensor4D,
      tf.concat([...columns], 1) as tf.Tensor2D,
      this.interpolation,
      this.fill_mode,
      this.fill_value,
      [height, width],
    );
  }

  override get_config(): Config {
    const { fill_mode, fill_value, interpolation } = this;
    return { ...super.get_config(), fill_mode, fill_value, interpolation };
  }
}
