import { averagePooling, maxPooling } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { convLength, type DataFormat, dataFormat, oneOf, type Sizes, sizes } from '../sizes.ts';

/** Arguments of the pooling layers; `strides` is `pool_size` unless given. */
export interface PoolingConfig extends LayerConfig {
  readonly pool_size?: Sizes;
  readonly strides?: Sizes | null;
  readonly padding?: 'valid' | 'same';
  readonly data_format?: DataFormat | null;
}

/** Base of the layers that pool over windows. */
export abstract class BasePooling extends Layer {
  readonly pool_size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly data_format: DataFormat;
  readonly #kind: 'max' | 'avg';

  constructor(rank: number, kind: 'max' | 'avg', config: PoolingConfig) {
    const { pool_size, strides, padding, data_format, ...rest } = config;
    super(rest);
    this.#kind = kind;
    this.pool_size = sizes(pool_size ?? 2, rank, 'pool_size');
    this.strides = sizes(strides ?? this.pool_size, rank, 'strides');
    this.padding = oneOf(padding ?? 'valid', ['valid', 'same'], 'padding');
    this.data_format = dataFormat(data_format);
    this.input_spec = new InputSpec({ ndim: rank + 2 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const pooling = this.#kind === 'max' ? maxPooling : averagePooling;
    return pooling(inputs, {
      poolSize: this.pool_size,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.data_format,
    });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const start = this.data_format === 'channels_first' ? 2 : 1;
    return input_shape.map((n, axis) => {
      const size = this.pool_size[axis - start];
      const stride = this.strides[axis - start];
      if (size === undefined || stride === undefined) return n;
      return convLength(n, size, this.padding, stride);
    });
  }

  override get_config(): Config {
    const pool_size = [...this.pool_size];
    const strides = [...this.strides];
    const { padding, data_format } = this;
    // Keras lists the strides first where there is one spatial axis.
    return pool_size.length === 1
      ? { ...super.get_config(), strides, pool_size, padding, data_format }
      : { ...super.get_config(), pool_size, padding, strides, data_format };
  }
}
