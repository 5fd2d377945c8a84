import { resizeImages } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { INTERPOLATIONS, type Interpolation } from '../preprocessing/interpolations.ts';
import { type DataFormat, dataFormat, oneOf, type Sizes, sizes } from '../sizes.ts';
import { repeatAxis } from './repeat-axis.ts';

/** Arguments of `UpSampling2D`. */
export interface UpSampling2DConfig extends LayerConfig {
  readonly size?: Sizes;
  readonly data_format?: DataFormat | null;
  readonly interpolation?: Interpolation;
}

/** Enlarges images by whole factors. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class UpSampling2D extends Layer {
  static override readonly className: string = 'UpSampling2D';
  readonly size: readonly number[];
  readonly data_format: DataFormat;
  readonly interpolation: Interpolation;

  constructor(config: UpSampling2DConfig = {}) {
    const { size, data_format, interpolation, ...rest } = config;
    super(rest);
    this.size = sizes(size ?? 2, 2, 'size');
    this.data_format = dataFormat(data_format);
    this.interpolation = oneOf(interpolation ?? 'nearest', INTERPOLATIONS, 'interpolation');
    this.input_spec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const first = this.data_format === 'channels_first' ? 2 : 1;
    if (this.interpolation === 'nearest') {
      return this.size.reduce((x, times, i) => repeatAxis(x, first + i, times), inputs);
    }
    const [rows = 0, cols = 0] = inputs.shape.slice(first, first + 2);
    const [down = 1, across = 1] = this.size;
    return resizeImages(inputs, [rows * down, cols * across], {
      method: this.interpolation,
      dataFormat: this.data_format,
    });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const first = this.data_format === 'channels_first' ? 2 : 1;
    return input_shape.map((n, axis) => (n === null ? null : n * (this.size[axis - first] ?? 1)));
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      size: [...this.size],
      data_format: this.data_format,
      interpolation: this.interpolation,
    };
  }
}
