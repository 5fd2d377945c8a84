import { convolution, depthwiseConvolution } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { type Config, InputSpec, type Shape, type Variable } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { integer } from '../sizes.ts';
import type { WeightConfig } from '../weight-options.ts';
import { Conv, type ConvConfig } from './base-conv.ts';

/** Arguments of the separable convolutions. */
export interface SeparableConvConfig
  extends ConvConfig,
    WeightConfig<'depthwise'>,
    WeightConfig<'pointwise'> {
  readonly depth_multiplier?: number;
}

/** Base of the separable convolutions. */
export abstract class SeparableConv extends Conv {
  readonly depth_multiplier: number;
  depthwise_initializer: initializers.Initializer;
  pointwise_initializer: initializers.Initializer;
  depthwise_regularizer: regularizers.Regularizer | null;
  pointwise_regularizer: regularizers.Regularizer | null;
  depthwise_constraint: constraints.Constraint | null;
  pointwise_constraint: constraints.Constraint | null;
  declare depthwise_kernel: Variable;
  declare pointwise_kernel: Variable;

  constructor(rank: number, config: SeparableConvConfig) {
    const { filters, depth_multiplier, ...others } = config;
    const { depthwise_initializer, depthwise_regularizer, depthwise_constraint, ...more } = others;
    const { pointwise_initializer, pointwise_regularizer, pointwise_constraint, ...rest } = more;
    super(rank, filters, rest);
    this.depth_multiplier = integer(depth_multiplier ?? 1, 'depth_multiplier');
    this.depthwise_initializer = initializers.get(depthwise_initializer ?? 'glorot_uniform');
    this.pointwise_initializer = initializers.get(pointwise_initializer ?? 'glorot_uniform');
    this.depthwise_regularizer = regularizers.get(depthwise_regularizer);
    this.pointwise_regularizer = regularizers.get(pointwise_regularizer);
    this.depthwise_constraint = constraints.get(depthwise_constraint);
    this.pointwise_constraint = constraints.get(pointwise_constraint);
  }

  override build(input_shape: Shape): void {
    const channels = knownSize(input_shape, this.channelAxis, this);
    const filters = this.filters ?? channels;
    this.depthwise_kernel = this.add_weight({
      name: 'depthwise_kernel',
      shape: [...this.kernel_size, channels, this.depth_multiplier],
      initializer: this.depthwise_initializer,
      regularizer: this.depthwise_regularizer,
      constraint: this.depthwise_constraint,
    });
    const ones = new Array<number>(this.rank).fill(1);
    this.pointwise_kernel = this.add_weight({
      name: 'pointwise_kernel',
      shape: [...ones, channels * this.depth_multiplier, filters],
      initializer: this.pointwise_initializer,
      regularizer: this.pointwise_regularizer,
      constraint: this.pointwise_constraint,
    });
    this.bias = this.addBias([filters]);
    this.input_spec = new InputSpec({
      ndim: this.rank + 2,
      axes: { [this.channelAxis]: channels },
    });
    this.built = true;
  }

  protected override convolve(x: tf.Tensor): tf.Tensor {
    const deep = depthwiseConvolution(x, this.depthwise_kernel.read(), this.sliding);
    const options = { dataFormat: this.data_format, epilogue: this.epilogue() };
    return convolution(deep, this.pointwise_kernel.read(), options);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      depth_multiplier: this.depth_multiplier,
      depthwise_initializer: initializers.serialize(this.depthwise_initializer),
      pointwise_initializer: initializers.serialize(this.pointwise_initializer),
      depthwise_regularizer: regularizers.serialize(this.depthwise_regularizer),
      pointwise_regularizer: regularizers.serialize(this.pointwise_regularizer),
      depthwise_constraint: constraints.serialize(this.depthwise_constraint),
      pointwise_constraint: constraints.serialize(this.pointwise_constraint),
    };
  }
}
