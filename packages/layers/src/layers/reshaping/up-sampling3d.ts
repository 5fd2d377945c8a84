import type * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { type DataFormat, dataFormat, type Sizes, sizes } from '../sizes.ts';
import { repeatAxis } from './repeat-axis.ts';

/** Arguments of `UpSampling3D`. */
export interface UpSampling3DConfig extends LayerConfig {
  readonly size?: Sizes;
  readonly data_format?: DataFormat | null;
}

/** Repeats every position of three spatial axes. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class UpSampling3D extends Layer {
  static override readonly className: string = 'UpSampling3D';
  readonly size: readonly number[];
  readonly data_format: DataFormat;

  constructor(config: UpSampling3DConfig = {}) {
    const { size, data_format, ...rest } = config;
    super(rest);
    this.size = sizes(size ?? 2, 3, 'size');
    this.data_format = dataFormat(data_format);
    this.input_spec = new InputSpec({ ndim: 5 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const first = this.data_format === 'channels_first' ? 2 : 1;
    return this.size.reduce((x, times, i) => repeatAxis(x, first + i, times), inputs);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const first = this.data_format === 'channels_first' ? 2 : 1;
    return input_shape.map((n, axis) => (n === null ? null : n * (this.size[axis - first] ?? 1)));
  }

  override get_config(): Config {
    return { ...super.get_config(), size: [...this.size], data_format: this.data_format };
  }
}
