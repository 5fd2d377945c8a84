import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** A number, or one for each channel. */
export type PerChannel = number | readonly number[];

/** Arguments of `Rescaling`. */
export interface RescalingConfig extends LayerConfig {
  readonly scale: PerChannel;
  readonly offset?: PerChannel;
}

/** Computes `x · scale + offset`. Output shape: that of the input. */
export class Rescaling extends Layer {
  static override readonly className: string = 'Rescaling';
  readonly scale: PerChannel;
  readonly offset: PerChannel;

  constructor(config: RescalingConfig) {
    const { scale, offset, ...rest } = config;
    super(rest);
    this.scale = scale;
    this.offset = offset ?? 0;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const scaled = tf.mul(tf.cast(inputs, 'float32'), tensorOf(this.scale));
    return tf.add(scaled, tensorOf(this.offset));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), scale: this.scale, offset: this.offset };
  }
}

const tensorOf = (value: PerChannel): tf.Tensor =>
  typeof value === 'number' ? tf.scalar(value) : tf.tensor1d([...value]);
