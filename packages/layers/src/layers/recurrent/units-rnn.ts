import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../../activations/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { type CallArgs, type Config, InputSpec, type LayerConfig } from '../base.ts';
import type { UnitsCell, UnitsCellConfig } from './gated-cell.ts';
import type { LoopResult, Step } from './loop.ts';
import { RNN } from './rnn.ts';
import type { SequenceConfig } from './sequence-config.ts';

/** Splits the arguments of a layer into those of its cell and those of the walk. */
export function splitConfig<C extends UnitsCellConfig & SequenceConfig>(
  config: C,
  cellName: string,
): { cell: UnitsCellConfig; sequence: SequenceConfig } {
  const { return_sequences, return_state, go_backwards, stateful, unroll, ...others } = config;
  const { time_major, zero_output_for_mask, input_length, num_constants, ...more } = others;
  const { name, batch_input_shape, input_shape, batch_size, input_dim, ...last } = more;
  const { weights, activity_regularizer, dynamic, autocast, ...own } = last;
  const { dtype, trainable, ...cell } = own;
  const walk = { return_sequences, return_state, go_backwards, stateful, unroll, time_major };
  const place = { batch_input_shape, input_shape, batch_size, input_dim, input_length };
  const rest = { zero_output_for_mask, num_constants, weights, activity_regularizer, dynamic };
  const common = present({ dtype, trainable });
  return {
    cell: { ...cell, ...common, name: cellName } as UnitsCellConfig,
    sequence: present({ ...walk, ...place, ...rest, name, autocast, ...common }),
  };
}

/** Leaves out the arguments that were not given. */
function present(config: Record<string, unknown>): LayerConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

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
  ): LoopResult {
    const cell = this.own;
    const drops = args.training && (cell.dropout > 0 || cell.recurrent_dropout > 0);
    if (drops && !this.dropsWholeSequence) return super.walk(inputs, initial, constants, args);
    cell.reset_pass();
    const [mask] = cell.inputMasks(inputs, args.training, 1) ?? [];
    const step: Step = (projected, states) => {
      const next = cell.advance(projected, states);
      return [next[0] ?? projected, next];
    };
    const dropped = mask ? tf.mul(inputs, mask) : inputs;
    return this.loop(step, cell.project(dropped), initial, args);
  }

  override get_config(): Config {
    const { name: _n, trainable: _t, dtype: _d, ...cell } = this.cell.get_config();
    const activity_regularizer = regularizers.serialize(this.activity_regularizer);
    const entries = Object.entries(cell).flatMap(([key, value]) =>
      key === 'kernel_constraint'
        ? [['activity_regularizer', activity_regularizer] as const, [key, value] as const]
        : [[key, value] as const],
    );
    return { ...this.sequenceConfig(), ...Object.fromEntries(entries) };
  }
}
