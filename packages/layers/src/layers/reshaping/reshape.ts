import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { productDims } from '../sizes.ts';

/** Arguments of `Reshape`; one size of `target_shape` may be −1. */
export interface ReshapeConfig extends LayerConfig {
  readonly target_shape: readonly number[];
}

/** Reshapes each sample. Output shape: `[batch, ...target_shape]`. */
export class Reshape extends Layer {
  static override readonly className: string = 'Reshape';
  target_shape: readonly number[];

  constructor(config: ReshapeConfig) {
    const { target_shape, ...rest } = config;
    super(rest);
    this.target_shape = [...target_shape];
    if (this.target_shape.filter((n) => n < 0).length > 1) {
      throw new RangeError(
        `${this.name}: at most one size of target_shape may be open, not ${JSON.stringify(target_shape)}.`,
      );
    }
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.reshape(inputs, this.compute_output_shape(inputs.shape) as number[]);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const batch = input_shape[0] ?? null;
    const size = productDims(input_shape.slice(1));
    if (size === null) return [batch, ...this.target_shape.map((n) => (n === -1 ? null : n))];
    const known = this.target_shape.reduce((product, n) => (n < 0 ? product : product * n), 1);
    const open = this.target_shape.some((n) => n < 0);
    if (open ? known === 0 || size % known !== 0 : size !== known) {
      throw new RangeError(
        `${this.name}: samples of the shape ${JSON.stringify(input_shape.slice(1))} cannot be reshaped to ${JSON.stringify(this.target_shape)}.`,
      );
    }
    return [batch, ...this.target_shape.map((n) => (n < 0 ? size / known : n))];
  }

  override get_config(): Config {
    return { ...super.get_config(), target_shape: [...this.target_shape] };
  }
}
