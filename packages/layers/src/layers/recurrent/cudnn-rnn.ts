import type { ScanResult } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { buildChild, type CallArgs, type Config, type Layer, type Shape } from '../base.ts';
import type { UnitsCell } from './gated-cell.ts';
import { firstMask, type SequenceConfig } from './sequence-config.ts';
import { UnitsRNN } from './units-rnn.ts';

/** Base of the layers of TensorFlow 1 whose weights lie as cuDNN wants them. */
export abstract class CuDNNRNN<C extends UnitsCell> extends UnitsRNN<C> {
  constructor(cell: C, sequence: SequenceConfig) {
    super(cell, sequence);
    this.supports_masking = false;
  }

  protected override buildCell(step_shape: Shape): void {
    buildChild(this.cell, step_shape);
  }

  protected override walk(
    inputs: tf.Tensor,
    initial: readonly tf.Tensor[],
    constants: readonly tf.Tensor[],
    args: CallArgs,
  ): ScanResult {
    if (firstMask(args.mask) !== null) {
      throw new TypeError(
        `${this.name}: layers with cuDNN's weights take no mask; use LSTM or GRU for masked steps.`,
      );
    }
    return super.walk(inputs, initial, constants, args);
  }

  override get_config(): Config {
    const { unroll: _r, zero_output_for_mask: _z, ...config } = super.get_config();
    const { activation: _a, recurrent_activation: _c, use_bias: _b, ...weights } = config;
    const { dropout: _d, recurrent_dropout: _e, implementation: _i, ...rest } = weights;
    const { reset_after: _f, enable_caching_device: _g, ...own } = rest;
    return own;
  }

  static override from_config(this: new (config: never) => Layer, config: Config): Layer {
    return new this(config as never);
  }
}
