import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { integer } from '../sizes.ts';

/** Arguments of `RepeatVector`. */
export interface RepeatVectorConfig extends LayerConfig {
  readonly n: number;
}

/** Repeats each sample. Input shape: `[batch, features]`. Output shape: `[batch, n, features]`. */
export class RepeatVector extends Layer {
  static override readonly className: string = 'RepeatVector';
  n: number;

  constructor(config: RepeatVectorConfig) {
    const { n, ...rest } = config;
    super(rest);
    this.n = integer(n, 'n', 0);
    this.input_spec = new InputSpec({ ndim: 2 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.tile(tf.expandDims(inputs, 1), [1, this.n, 1]);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [input_shape[0] ?? null, this.n, input_shape[1] ?? null];
  }

  override get_config(): Config {
    return { ...super.get_config(), n: this.n };
  }
}
