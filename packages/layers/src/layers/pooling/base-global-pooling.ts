import type * as tf from '@tensorflow/tfjs-core';
import { raggedOf } from '../../engine/rows.ts';
import { type Reduction, reduce } from '../../ragged/reduce.ts';
import { type Config, InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { type DataFormat, dataFormat } from '../sizes.ts';

/** Arguments of the global pooling layers. */
export interface GlobalPoolingConfig extends LayerConfig {
  readonly data_format?: DataFormat | null;
  /** True: the spatial axes stay with size 1. */
  readonly keepdims?: boolean;
}

/** Base of the layers that pool over all positions. */
export abstract class BaseGlobalPooling extends Layer {
  readonly data_format: DataFormat;
  readonly keepdims: boolean;
  /** Spatial axes, which disappear. */
  protected readonly spatialAxes: readonly number[];

  constructor(rank: number, config: GlobalPoolingConfig) {
    const { data_format, keepdims, ...rest } = config;
    super(rest);
    this.data_format = dataFormat(data_format);
    this.keepdims = keepdims ?? false;
    this.input_spec = new InputSpec({ ndim: rank + 2 });
    const start = this.data_format === 'channels_first' ? 2 : 1;
    this.spatialAxes = Array.from({ length: rank }, (_, i) => start + i);
  }

  /** Pools over the steps of ragged rows. */
  protected ofRows(inputs: tf.Tensor, how: Reduction): tf.Tensor {
    return reduce(raggedOf(inputs), how, 1, this.keepdims) as tf.Tensor;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const spatial = new Set(this.spatialAxes);
    if (this.keepdims) return input_shape.map((n, axis) => (spatial.has(axis) ? 1 : n));
    return input_shape.filter((_, axis) => !spatial.has(axis));
  }

  override get_config(): Config {
    return { ...super.get_config(), data_format: this.data_format, keepdims: this.keepdims };
  }
}
