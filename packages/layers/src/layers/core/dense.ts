import { dense } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, type Shape } from '../base.ts';
import { KernelLayer, type KernelLayerConfig } from '../kernel-layer.ts';
import { knownSize } from '../shapes.ts';
import { integer } from '../sizes.ts';

/** Arguments of `Dense`. */
export interface DenseConfig extends KernelLayerConfig {
  readonly units: number;
}

/**
 * Computes `activation(x · kernel + bias)` over the last axis.
 * Input shape: `[batch, …, features]`. Output shape: `[batch, …, units]`.
 */
export class Dense extends KernelLayer {
  static override readonly className: string = 'Dense';
  units: number;

  constructor(config: DenseConfig) {
    const { units, ...rest } = config;
    super(rest);
    this.units = integer(units, 'units');
    this.input_spec = new InputSpec({ min_ndim: 2 });
    this.supports_masking = true;
  }

  override build(input_shape: Shape): void {
    const features = knownSize(input_shape, -1, this);
    this.input_spec = new InputSpec({ min_ndim: 2, axes: { [-1]: features } });
    this.kernel = this.addKernel([features, this.units]);
    this.bias = this.addBias([this.units]);
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = tf.cast(inputs, 'float32');
    const features = x.shape.at(-1) ?? 0;
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, features]);
    let y = dense(rows, this.kernel.read(), this.epilogue());
    if (x.rank !== 2) y = tf.reshape(y, [...x.shape.slice(0, -1), this.units]);
    return this.activated(y);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [...input_shape.slice(0, -1), this.units];
  }

  override get_config(): Config {
    return { ...super.get_config(), units: this.units, ...this.kernelConfig() };
  }
}
