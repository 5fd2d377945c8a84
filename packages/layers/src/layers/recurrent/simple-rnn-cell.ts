import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import type { CallArgs, Config } from '../base.ts';
import { UnitsCell } from './gated-cell.ts';
import { dot } from './products.ts';
import { statesOf } from './rnn-cell.ts';

/** Computes one step of a plain recurrent layer. */
export class SimpleRNNCell extends UnitsCell {
  static override readonly className: string = 'SimpleRNNCell';

  get gates(): number {
    return 1;
  }

  get state_size(): number {
    return this.units;
  }

  project(inputs: tf.Tensor): tf.Tensor {
    const x = dot(inputs, this.kernel.read());
    return this.bias ? tf.add(x, this.bias.read()) : x;
  }

  advance(projected: tf.Tensor, states: readonly tf.Tensor[]): tf.Tensor[] {
    const [h = projected] = states;
    return [this.activation(tf.add(projected, dot(h, this.recurrent_kernel.read())))];
  }

  override call(inputs: tf.Tensor, args: CallArgs): [tf.Tensor, tf.Tensor[] | tf.Tensor] {
    const [state] = statesOf(args, 1, this.name);
    const h = state ?? inputs;
    const [forInputs] = this.inputMasks(inputs, args.training, 1) ?? [];
    const [forState] = this.stateMasks(h, args.training, 1) ?? [];
    const x = this.project(forInputs ? tf.mul(inputs, forInputs) : inputs);
    const [output = x] = this.advance(x, [forState ? tf.mul(h, forState) : h]);
    return [output, Array.isArray(args.states) ? [output] : output];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      units: this.units,
      activation: activations.serialize(this.activation),
      ...this.weightConfig(),
    };
  }
}
