import * as tf from '@tensorflow/tfjs-core';
import type { Config, Shape, Variable } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { moments, normalize } from './moments.ts';
import {
  type Axes,
  copyAxes,
  resolveAxes,
  type ScaleCenterConfig,
  ScaleCenterLayer,
} from './scale-center-layer.ts';

/** Arguments of `LayerNormalization`. */
export interface LayerNormalizationConfig extends ScaleCenterConfig {
  readonly axis?: Axes;
}

/** Normalizes each sample over its features, Ba et al. (2016). Output shape: that of the input. */
export class LayerNormalization extends ScaleCenterLayer {
  static override readonly className: string = 'LayerNormalization';
  axis: Axes;

  constructor(config: LayerNormalizationConfig = {}) {
    const { axis, ...rest } = config;
    super(rest);
    this.axis = copyAxes(axis, -1);
  }

  override build(input_shape: Shape): void {
    const axes = resolveAxes(this.axis, input_shape.length, this.name);
    this.axis = axes;
    this.addScaleAndCenter(
      axes.map((axis) => knownSize(input_shape, axis, this)),
      undefined,
    );
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const axes = resolveAxes(this.axis, inputs.rank, this.name);
    const kept = new Set(axes);
    const shape = inputs.shape.map((n, axis) => (kept.has(axis) ? n : 1));
    const spread = (weight: Variable | null): tf.Tensor | null =>
      weight === null ? null : tf.reshape(weight.read(), shape);
    return normalize(inputs, moments(inputs, axes), this.epsilon, {
      scale: spread(this.gamma),
      offset: spread(this.beta),
    });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), axis: this.axis, ...this.scaleCenterConfig() };
  }
}
