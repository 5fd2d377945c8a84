import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `Permute`; axes count from 1, the batch stays where it is. */
export interface PermuteConfig extends LayerConfig {
  readonly dims: readonly number[];
}

/** Reorders the axes of each sample. */
export class Permute extends Layer {
  static override readonly className: string = 'Permute';
  dims: readonly number[];

  constructor(config: PermuteConfig) {
    const { dims, ...rest } = config;
    super(rest);
    this.dims = [...dims];
    if ([...dims].sort((a, b) => a - b).some((n, i) => n !== i + 1)) {
      throw new RangeError(
        `${this.name}: dims holds each of 1…${dims.length} once, not ${JSON.stringify(dims)}.`,
      );
    }
    this.input_spec = new InputSpec({ ndim: this.dims.length + 1 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.transpose(inputs, [0, ...this.dims]);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [0, ...this.dims].map((axis) => input_shape[axis] ?? null);
  }

  override get_config(): Config {
    return { ...super.get_config(), dims: [...this.dims] };
  }
}
