import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { type DataFormat, dataFormat, productDims } from '../sizes.ts';

/** Arguments of `Flatten`. */
export interface FlattenConfig extends LayerConfig {
  readonly data_format?: DataFormat | null;
}

/** Joins all axes after the batch; a tensor of rank 1 becomes `[batch, 1]`. Output shape: `[batch, features]`. */
export class Flatten extends Layer {
  static override readonly className: string = 'Flatten';
  data_format: DataFormat;

  constructor(config: FlattenConfig = {}) {
    const { data_format, ...rest } = config;
    super(rest);
    this.data_format = dataFormat(data_format);
    this.input_spec = new InputSpec({ min_ndim: 1 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const [batch = 1, ...inner] = inputs.shape;
    const size = inner.reduce((product, n) => product * n, 1);
    if (this.data_format === 'channels_last' || inputs.rank < 3) {
      return tf.reshape(inputs, [batch, size]);
    }
    const order = [0, ...inner.slice(1).map((_, i) => i + 2), 1];
    return tf.reshape(tf.transpose(inputs, order), [batch, size]);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    if (input_shape.length === 0) return [1, 1];
    return [input_shape[0] ?? null, productDims(input_shape.slice(1))];
  }

  override get_config(): Config {
    return { ...super.get_config(), data_format: this.data_format };
  }
}
