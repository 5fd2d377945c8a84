import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { type Axes, copyAxes, resolveAxes } from './scale-center-layer.ts';

/** Arguments of `UnitNormalization`. */
export interface UnitNormalizationConfig extends LayerConfig {
  readonly axis?: Axes;
}

/** Scales vectors to Euclidean norm 1. Output shape: that of the input. */
export class UnitNormalization extends Layer {
  static override readonly className: string = 'UnitNormalization';
  axis: Axes;

  constructor(config: UnitNormalizationConfig = {}) {
    const { axis, ...rest } = config;
    super(rest);
    this.axis = copyAxes(axis, -1);
    this.supports_masking = true;
  }

  override build(input_shape: Shape): void {
    this.axis = resolveAxes(this.axis, input_shape.length, this.name);
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const axes = resolveAxes(this.axis, inputs.rank, this.name);
    const squares = tf.sum(tf.square(inputs), axes, true);
    return tf.mul(inputs, tf.rsqrt(tf.maximum(squares, 1e-12)));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), axis: this.axis };
  }
}
