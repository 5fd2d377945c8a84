import { depthwiseConvolution } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { type Config, InputSpec, type Shape, type Variable } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { type Dim, integer } from '../sizes.ts';
import type { WeightConfig } from '../weight-options.ts';
import { type BaseConvConfig, Conv } from './base-conv.ts';

/** Arguments of the depthwise convolutions. */
export interface DepthwiseConvConfig extends BaseConvConfig, WeightConfig<'depthwise'> {
  readonly depth_multiplier?: number;
}

/** Base of the depthwise convolutions. */
export abstract class DepthwiseConv extends Conv {
  readonly depth_multiplier: number;
  depthwise_initializer: initializers.Initializer;
  depthwise_regularizer: regularizers.Regularizer | null;
  depthwise_constraint: constraints.Constraint | null;
  declare depthwise_kernel: Variable;

  constructor(rank: number, config: DepthwiseConvConfig) {
    const { depth_multiplier, depthwise_initializer, depthwise_regularizer, ...others } = config;
    const { depthwise_constraint, ...rest } = others;
    super(rank, null, rest);
    this.depth_multiplier = integer(depth_multiplier ?? 1, 'depth_multiplier');
    this.depthwise_initializer = initializers.get(depthwise_initializer ?? 'glorot_uniform');
    this.depthwise_regularizer = regularizers.get(depthwise_regularizer);
    this.depthwise_constraint = constraints.get(depthwise_constraint);
  }

  override build(input_shape: Shape): void {
    const channels = knownSize(input_shape, this.channelAxis, this);
    this.depthwise_kernel = this.add_weight({
      name: 'depthwise_kernel',
      shape: [...this.kernel_size, channels, this.depth_multiplier],
      initializer: this.depthwise_initializer,
      regularizer: this.depthwise_regularizer,
      constraint: this.depthwise_constraint,
    });
    this.bias = this.addBias([channels * this.depth_multiplier]);
    this.input_spec = new InputSpec({
      min_ndim: this.rank + 2,
      axes: { [this.channelAxis]: channels },
    });
    this.built = true;
  }

  protected override convolve(x: tf.Tensor): tf.Tensor {
    const options = { ...this.sliding, epilogue: this.epilogue() };
    return depthwiseConvolution(x, this.depthwise_kernel.read(), options);
  }

  protected override outputChannels(input: Dim): Dim {
    return input === null ? null : input * this.depth_multiplier;
  }

  override get_config(): Config {
    const {
      filters: _f,
      kernel_initializer: _i,
      kernel_regularizer: _r,
      kernel_constraint: _c,
      ...config
    } = super.get_config();
    return {
      ...config,
      depth_multiplier: this.depth_multiplier,
      depthwise_initializer: initializers.serialize(this.depthwise_initializer),
      depthwise_regularizer: regularizers.serialize(this.depthwise_regularizer),
      depthwise_constraint: constraints.serialize(this.depthwise_constraint),
    };
  }
}
