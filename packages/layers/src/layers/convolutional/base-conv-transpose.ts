import { convolutionTranspose, transposedLength } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, type Shape } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { type Dim, type Sizes, sizes } from '../sizes.ts';
import { Conv, type ConvConfig } from './base-conv.ts';

/** Arguments of the transposed convolutions. */
export interface ConvTransposeConfig extends ConvConfig {
  readonly output_padding?: Sizes | null;
}

/** Base of the transposed convolutions; their kernels have the shape `[…sizes, filters, input channels]`. */
export abstract class ConvTranspose extends Conv {
  readonly output_padding: readonly number[] | null;

  constructor(rank: number, config: ConvTransposeConfig) {
    const { filters, output_padding, ...rest } = config;
    super(rank, filters, rest);
    const none = output_padding === undefined || output_padding === null;
    this.output_padding = none ? null : sizes(output_padding, rank, 'output_padding', 0);
    if (this.output_padding?.some((n, axis) => n >= (this.strides[axis] ?? 1))) {
      throw new RangeError(
        `${this.name}: output_padding ${JSON.stringify(this.output_padding)} must be below the strides ${JSON.stringify(this.strides)}.`,
      );
    }
  }

  override build(input_shape: Shape): void {
    const channels = knownSize(input_shape, this.channelAxis, this);
    const filters = this.filters ?? channels;
    this.kernel = this.addKernel([...this.kernel_size, filters, channels]);
    this.bias = this.addBias([filters]);
    this.input_spec = new InputSpec({
      ndim: this.rank + 2,
      axes: { [this.channelAxis]: channels },
    });
    this.built = true;
  }

  protected override convolve(x: tf.Tensor): tf.Tensor {
    const y = convolutionTranspose(x, this.kernel.read(), {
      strides: this.strides,
      padding: this.padding === 'same' ? 'same' : 'valid',
      outputPadding: this.output_padding,
      dataFormat: this.data_format,
      dilationRate: this.dilation_rate,
    });
    if (!this.bias) return y;
    const bias = this.bias.read();
    if (this.data_format === 'channels_last') return tf.add(y, bias);
    return tf.add(y, tf.reshape(bias, [bias.size, ...new Array<number>(this.rank).fill(1)]));
  }

  protected override activated(y: tf.Tensor): tf.Tensor {
    return this.activation(y);
  }

  protected override spatialOutput(spatial: readonly Dim[]): Dim[] {
    return spatial.map((n, axis) =>
      n === null
        ? null
        : transposedLength(n, {
            filter: this.kernel_size[axis] ?? 1,
            stride: this.strides[axis] ?? 1,
            dilation: this.dilation_rate[axis] ?? 1,
            padding: this.padding === 'same' ? 'same' : 'valid',
            outputPadding: this.output_padding?.[axis] ?? null,
          }),
    );
  }

  override get_config(): Config {
    const padding = this.output_padding;
    return { ...super.get_config(), output_padding: padding === null ? null : [...padding] };
  }
}
