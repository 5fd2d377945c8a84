import * as tf from '@tensorflow/tfjs-core';
import { type Config, InputSpec, type Shape } from '../base.ts';
import { KernelLayer, type KernelLayerConfig } from '../kernel-layer.ts';
import { knownSize } from '../shapes.ts';
import {
  convLength,
  type DataFormat,
  dataFormat,
  integer,
  oneOf,
  type Sizes,
  sizes,
} from '../sizes.ts';
import { type Connections, connectionsOf } from './connections.ts';
import { localProduct } from './local-product.ts';

/** Arguments of the locally connected layers. */
export interface LocallyConnectedConfig extends KernelLayerConfig {
  readonly filters: number;
  readonly kernel_size: Sizes;
  readonly strides?: Sizes;
  /** `same` needs implementation 2 or 3. */
  readonly padding?: 'valid' | 'same';
  readonly data_format?: DataFormat | null;
  /** Layout of the kernel. 1: one matrix for each position; 2: a dense matrix with gaps; 3: its entries alone. */
  readonly implementation?: number;
}

/** Base of the layers that convolve with a kernel of its own at each position. */
export abstract class LocallyConnected extends KernelLayer {
  readonly filters: number;
  readonly kernel_size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly data_format: DataFormat;
  readonly implementation: 1 | 2 | 3;
  readonly #rank: number;
  #connections: Connections | null = null;

  constructor(rank: number, config: LocallyConnectedConfig) {
    const { filters, kernel_size, strides, padding, data_format, implementation, ...rest } = config;
    super(rest);
    this.#rank = rank;
    this.filters = integer(filters, 'filters');
    this.kernel_size = sizes(kernel_size, rank, 'kernel_size');
    this.strides = sizes(strides ?? 1, rank, 'strides');
    this.padding = oneOf(padding ?? 'valid', ['valid', 'same'], 'padding');
    this.data_format = dataFormat(data_format);
    const mode = implementation ?? 1;
    if (mode !== 1 && mode !== 2 && mode !== 3) {
      throw new RangeError(`${this.name}: implementation is 1, 2 or 3, not ${String(mode)}.`);
    }
    if (mode === 1 && this.padding !== 'valid') {
      throw new RangeError(`${this.name}: implementation 1 knows the padding 'valid' only.`);
    }
    this.implementation = mode;
    this.input_spec = new InputSpec({ ndim: rank + 2 });
  }

  get #first(): boolean {
    return this.data_format === 'channels_first';
  }

  override build(input_shape: Shape): void {
    const start = this.#first ? 2 : 1;
    const spatial = this.kernel_size.map((_, i) => knownSize(input_shape, start + i, this));
    const channelAxis = this.#first ? 1 : -1;
    const channels = knownSize(input_shape, channelAxis, this);
    const connections = connectionsOf({
      input: spatial,
      channels,
      filters: this.filters,
      kernel: this.kernel_size,
      strides: this.strides,
      padding: this.padding,
      channelsFirst: this.#first,
      implementation: this.implementation,
    });
    this.#connections = connections;
    this.kernel = this.addKernel(connections.kernelShape);
    this.bias = this.addBias([...connections.output, this.filters]);
    this.input_spec = new InputSpec({ ndim: this.#rank + 2, axes: { [channelAxis]: channels } });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const connections = this.#connections;
    if (connections === null) throw new TypeError(`${this.name} is not built.`);
    let y = localProduct(inputs, this.kernel.read(), connections);
    if (this.bias) {
      const bias = this.bias.read();
      // Keras reshapes the bias to the channels-first layout instead of transposing it.
      const shape = [this.filters, ...connections.output];
      y = tf.add(y, this.#first ? tf.reshape(bias, shape) : bias);
    }
    return this.activation(y);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    const start = this.#first ? 2 : 1;
    const spatial = this.kernel_size.map((size, i) =>
      convLength(input_shape[start + i] ?? null, size, this.padding, this.strides[i] ?? 1),
    );
    const [batch = null] = input_shape;
    return this.#first ? [batch, this.filters, ...spatial] : [batch, ...spatial, this.filters];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      filters: this.filters,
      kernel_size: [...this.kernel_size],
      strides: [...this.strides],
      padding: this.padding,
      data_format: this.data_format,
      ...this.kernelConfig(),
      implementation: this.implementation,
    };
  }
}
