import { type ConvolutionOptions, convolution } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import { Concatenated } from '../../initializers/concatenated.ts';
import type { CallArgs, Config, Shape } from '../base.ts';
import { knownSize } from '../shapes.ts';
import {
  convLength,
  type DataFormat,
  type Dim,
  dataFormat,
  integer,
  oneOf,
  type Sizes,
  sizes,
} from '../sizes.ts';
import { type CellConfig, GatedCell } from './gated-cell.ts';
import { statesOf } from './rnn-cell.ts';

/** Arguments of the convolutional LSTM cells and layers. */
export interface ConvLSTMCellConfig extends CellConfig {
  readonly filters: number;
  readonly kernel_size: Sizes;
  readonly strides?: Sizes;
  readonly padding?: 'valid' | 'same';
  readonly data_format?: DataFormat | null;
  readonly dilation_rate?: Sizes;
  readonly recurrent_activation?: activations.ActivationIdentifier;
  /** True: the bias of the forget gate starts at 1. */
  readonly unit_forget_bias?: boolean;
}

/** Computes one step of an LSTM whose gates are convolutions, Shi et al. (2015). */
export class ConvLSTMCell extends GatedCell {
  static override readonly className: string = 'ConvLSTMCell';
  readonly rank: number;
  readonly filters: number;
  readonly kernel_size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly data_format: DataFormat;
  readonly dilation_rate: readonly number[];
  recurrent_activation: activations.Activation;
  unit_forget_bias: boolean;

  constructor(rank: number, config: ConvLSTMCellConfig) {
    const { filters, kernel_size, strides, padding, data_format, ...others } = config;
    const { dilation_rate, recurrent_activation, unit_forget_bias, ...rest } = others;
    super(rest);
    this.rank = rank;
    this.filters = integer(filters, 'filters');
    this.kernel_size = sizes(kernel_size, rank, 'kernel_size');
    this.strides = sizes(strides ?? 1, rank, 'strides');
    this.padding = oneOf(padding ?? 'valid', ['valid', 'same'], 'padding');
    this.data_format = dataFormat(data_format);
    this.dilation_rate = sizes(dilation_rate ?? 1, rank, 'dilation_rate');
    const gate = recurrent_activation === undefined ? 'hard_sigmoid' : recurrent_activation;
    this.recurrent_activation = activations.get(gate);
    this.unit_forget_bias = unit_forget_bias ?? true;
  }

  get state_size(): number[] {
    return [this.filters, this.filters];
  }

  override build(input_shape: Shape): void {
    const channels = knownSize(input_shape, this.data_format === 'channels_first' ? 1 : -1, this);
    this.kernel = this.addKernel([...this.kernel_size, channels, 4 * this.filters]);
    this.recurrent_kernel = this.addRecurrentKernel([
      ...this.kernel_size,
      this.filters,
      4 * this.filters,
    ]);
    const plain = this.bias_initializer;
    const forget = new Concatenated([
      [plain, this.filters],
      [1, this.filters],
      [plain, 2 * this.filters],
    ]);
    this.bias = this.addBias([4 * this.filters], this.unit_forget_bias ? forget : plain);
    super.build(input_shape);
  }

  /** Computes the shape of the states, and of the output, for the shape of one step. */
  outputShape(step: Shape): Dim[] {
    const first = this.data_format === 'channels_first';
    const spatial = (first ? step.slice(2) : step.slice(1, -1)).map((n, i) =>
      convLength(
        n,
        this.kernel_size[i] ?? 1,
        this.padding,
        this.strides[i] ?? 1,
        this.dilation_rate[i] ?? 1,
      ),
    );
    const [batch = null] = step;
    return first ? [batch, this.filters, ...spatial] : [batch, ...spatial, this.filters];
  }

  override call(inputs: tf.Tensor, args: CallArgs): [tf.Tensor, tf.Tensor[]] {
    const [h = inputs, c = inputs] = statesOf(args, 2, this.name);
    const forInputs = this.inputMasks(inputs, args.training, 4);
    const forState = this.stateMasks(h, args.training, 4);
    const x = this.#gates(inputs, this.kernel.read(), forInputs, {
      strides: this.strides,
      padding: this.padding,
      dilationRate: this.dilation_rate,
    });
    const u = this.#gates(h, this.recurrent_kernel.read(), forState, { padding: 'same' });
    const biases = this.#biases();
    const [zi = c, zf = c, zc = c, zo = c] = x.map((part, gate) => {
      const bias = biases[gate];
      const z = tf.add(part, u[gate] ?? part);
      return bias ? tf.add(z, bias) : z;
    });
    const kept = tf.mul(this.recurrent_activation(zf), c);
    const carry = tf.add(kept, tf.mul(this.recurrent_activation(zi), this.activation(zc)));
    const output = tf.mul(this.recurrent_activation(zo), this.activation(carry));
    return [output, [output, carry]];
  }

  /** Convolves for the four gates, at once unless each has a dropout of its own. */
  #gates(
    x: tf.Tensor,
    kernel: tf.Tensor,
    masks: readonly tf.Tensor[] | null,
    options: ConvolutionOptions,
  ): tf.Tensor[] {
    const settings = { ...options, dataFormat: this.data_format };
    if (masks === null) {
      const axis = this.data_format === 'channels_first' ? 1 : x.rank - 1;
      return tf.split(convolution(x, kernel, settings), 4, axis);
    }
    return tf
      .split(kernel, 4, kernel.rank - 1)
      .map((part, gate) => convolution(tf.mul(x, masks[gate] ?? 1), part, settings));
  }

  #biases(): tf.Tensor[] {
    if (!this.bias) return [];
    const parts = tf.split(this.bias.read(), 4);
    if (this.data_format === 'channels_last') return parts;
    const shape = [this.filters, ...new Array<number>(this.rank).fill(1)];
    return parts.map((part) => tf.reshape(part, shape));
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
      activation: activations.serialize(this.activation),
      recurrent_activation: activations.serialize(this.recurrent_activation),
      ...this.weightConfig({ unit_forget_bias: this.unit_forget_bias }),
    };
  }
}
