import { type ConvolutionOptions, convolution } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, type Shape } from '../base.ts';
import { KernelLayer, type KernelLayerConfig } from '../kernel-layer.ts';
import { knownSize, showShape } from '../shapes.ts';
import {
  convLength,
  type DataFormat,
  type Dim,
  dataFormat,
  integer,
  oneOf,
  type Padding,
  type Sizes,
  sizes,
} from '../sizes.ts';

/** Arguments that all convolutions share. */
export interface BaseConvConfig extends KernelLayerConfig {
  readonly kernel_size: Sizes;
  readonly strides?: Sizes;
  readonly padding?: Padding;
  readonly data_format?: DataFormat | null;
  readonly dilation_rate?: Sizes;
  readonly groups?: number;
}

/** Arguments of the convolutions that are told their number of output channels. */
export interface ConvConfig extends BaseConvConfig {
  readonly filters: number;
}

/** Base of all convolutions over `rank` spatial axes. */
export abstract class Conv extends KernelLayer {
  readonly rank: number;
  /** Null where the number of output channels follows from the input. */
  readonly filters: number | null;
  readonly groups: number;
  readonly kernel_size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly data_format: DataFormat;
  readonly dilation_rate: readonly number[];

  constructor(rank: number, filters: number | null, config: BaseConvConfig) {
    const { kernel_size, strides, padding, data_format, dilation_rate, groups, ...rest } = config;
    super(rest);
    this.rank = rank;
    this.filters = filters === null ? null : integer(Math.trunc(filters), 'filters');
    this.groups = integer(groups || 1, 'groups');
    this.kernel_size = sizes(kernel_size, rank, 'kernel_size');
    this.strides = sizes(strides ?? 1, rank, 'strides');
    this.padding = oneOf(padding ?? 'valid', paddingsOf(rank), 'padding');
    this.data_format = dataFormat(data_format);
    this.dilation_rate = sizes(dilation_rate ?? 1, rank, 'dilation_rate');
    this.input_spec = new InputSpec({ min_ndim: rank + 2 });
    this.#check();
  }

  /** Axis of the channels, from the end. */
  protected get channelAxis(): number {
    return this.data_format === 'channels_first' ? -1 - this.rank : -1;
  }

  override build(input_shape: Shape): void {
    const channels = knownSize(input_shape, this.channelAxis, this);
    if (channels % this.groups !== 0) {
      throw new RangeError(
        `${this.name}: ${channels} input channels do not divide into ${this.groups} groups.`,
      );
    }
    this.compute_output_shape(input_shape);
    const filters = this.filters ?? channels;
    this.kernel = this.addKernel([...this.kernel_size, channels / this.groups, filters]);
    this.bias = this.addBias([filters]);
    this.input_spec = new InputSpec({
      min_ndim: this.rank + 2,
      axes: { [this.channelAxis]: channels },
    });
    super.build(input_shape);
  }

  /** How the operation slides the kernel. */
  protected get sliding(): ConvolutionOptions {
    return {
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.data_format,
      dilationRate: this.dilation_rate,
    };
  }

  /** Computes the convolution of a tensor with one batch axis, and its epilogue. */
  protected convolve(x: tf.Tensor): tf.Tensor {
    return convolution(x, this.kernel.read(), { ...this.sliding, epilogue: this.epilogue() });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const batchRank = inputs.rank - this.rank - 1;
    if (batchRank === 1) return this.activated(this.convolve(inputs));
    const batch = inputs.shape.slice(0, batchRank);
    const size = batch.reduce((product, n) => product * n, 1);
    const flat = tf.reshape(inputs, [size, ...inputs.shape.slice(batchRank)]);
    const y = this.convolve(flat);
    return this.activated(tf.reshape(y, [...batch, ...y.shape.slice(1)]));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const batchRank = input_shape.length - this.rank - 1;
    const first = this.data_format === 'channels_first';
    const batch = input_shape.slice(0, batchRank);
    const start = first ? batchRank + 1 : batchRank;
    const spatial = input_shape.slice(start, start + this.rank);
    const output = this.spatialOutput(spatial);
    if (output.some((n) => n !== null && n <= 0)) {
      throw new RangeError(
        `${this.name}: the kernel ${JSON.stringify(this.kernel_size)} is larger than an input of the shape ${showShape(input_shape)}.`,
      );
    }
    const channels = this.outputChannels(input_shape.at(this.channelAxis) ?? null);
    return first ? [...batch, channels, ...output] : [...batch, ...output, channels];
  }

  /** Computes the sizes of the spatial axes of the output. */
  protected spatialOutput(spatial: readonly Dim[]): Dim[] {
    return spatial.map((n, axis) =>
      convLength(
        n,
        this.kernel_size[axis] ?? 1,
        this.padding,
        this.strides[axis] ?? 1,
        this.dilation_rate[axis] ?? 1,
      ),
    );
  }

  /** Computes the number of channels of the output. */
  protected outputChannels(_input: Dim): Dim {
    return this.filters;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      filters: this.filters,
      kernel_size: [...this.kernel_size],
      strides: [...this.strides],
      padding: this.padding,
      data_format: this.data_format,
      dilation_rate: [...this.dilation_rate],
      groups: this.groups,
      ...this.kernelConfig(),
    };
  }

  #check(): void {
    if (this.filters !== null && this.filters % this.groups !== 0) {
      throw new RangeError(
        `${this.name}: ${this.filters} filters do not divide into ${this.groups} groups.`,
      );
    }
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilation_rate) > 1) {
      throw new RangeError(`${this.name}: strides and dilation_rate cannot both be above 1.`);
    }
  }
}

const paddingsOf = (rank: number): readonly Padding[] =>
  rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'];
