import type { ScanResult, ScanStep } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../../activations/index.ts';
import { type CallArgs, type Config, InputSpec } from '../base.ts';
import type { UnitsCell } from './gated-cell.ts';
import { ownConfig } from './own-cell.ts';
import { RNN } from './rnn.ts';
import type { SequenceConfig } from './sequence-config.ts';

/** Base of the recurrent layers that bring their own cell. Input shape: `[batch, steps, features]`. */
export abstract class UnitsRNN<C extends UnitsCell> extends RNN {
  constructor(cell: C, sequence: SequenceConfig) {
    super({ ...sequence, cell });
    this.input_spec = [new InputSpec({ ndim: 3 })];
  }

  protected get own(): C {
    return this.cell as C;
  }

  get units(): number {
    return this.own.units;
  }

  get activation(): Activation {
    return this.own.activation;
  }

  get use_bias(): boolean {
    return this.own.use_bias;
  }

  get dropout(): number {
    return this.own.dropout;
  }

  get recurrent_dropout(): number {
    return this.own.recurrent_dropout;
  }

  /** True if the inputs are dropped once for the whole sequence, each step by itself, as CuDNN's kernels need it. */
  protected get dropsWholeSequence(): boolean {
    return false;
  }

  protected override walk(
    inputs: tf.Tensor,
    initial: readonly tf.Tensor[],
    constants: readonly tf.Tensor[],
    args: CallArgs,
  ): ScanResult {
    const cell = this.own;
    const drops = args.training && (cell.dropout > 0 || cell.recurrent_dropout > 0);
    if (drops && !this.dropsWholeSequence) return super.walk(inputs, initial, constants, args);
    cell.reset_pass();
    const [mask] = cell.inputMasks(inputs, args.training, 1) ?? [];
    const step: ScanStep = ([projected = inputs], states) => {
      const next = cell.advance(projected, states);
      return [next[0] ?? projected, next];
    };
    const dropped = mask ? tf.mul(inputs, mask) : inputs;
    return this.scan(step, cell.project(dropped), initial, args);
  }

  override get_config(): Config {
    return { ...this.sequenceConfig(), ...ownConfig(this.cell, this.activity_regularizer) };
  }
}
