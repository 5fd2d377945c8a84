import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import { Concatenated } from '../../initializers/concatenated.ts';
import type { CallArgs, Config, Variable } from '../base.ts';
import { type GateConfig, implementationOf } from './gate-config.ts';
import { UnitsCell } from './gated-cell.ts';
import { dot, parts } from './products.ts';
import { statesOf } from './rnn-cell.ts';

/** Arguments of `LSTMCell`. */
export interface LSTMCellConfig extends GateConfig {
  /** True: the bias of the forget gate starts at 1. */
  readonly unit_forget_bias?: boolean;
}

/** Computes one step of a long short-term memory layer; gates in the order input, forget, cell, output. */
export class LSTMCell extends UnitsCell {
  static override readonly className: string = 'LSTMCell';
  recurrent_activation: activations.Activation;
  unit_forget_bias: boolean;
  implementation: number;

  constructor(config: LSTMCellConfig) {
    const { recurrent_activation, unit_forget_bias, implementation, ...rest } = config;
    super(rest);
    const gate = recurrent_activation === undefined ? 'sigmoid' : recurrent_activation;
    this.recurrent_activation = activations.get(gate);
    this.unit_forget_bias = unit_forget_bias ?? true;
    this.implementation = implementationOf(implementation, this.recurrent_dropout);
  }

  get gates(): number {
    return 4;
  }

  get state_size(): number[] {
    return [this.units, this.units];
  }

  protected override makeBias(): Variable | null {
    const plain = this.bias_initializer;
    const forget = new Concatenated([
      [plain, this.units],
      [1, this.units],
      [plain, 2 * this.units],
    ]);
    return this.addBias([4 * this.units], this.unit_forget_bias ? forget : plain);
  }

  project(inputs: tf.Tensor): tf.Tensor {
    const x = dot(inputs, this.kernel.read());
    return this.bias ? tf.add(x, this.bias.read()) : x;
  }

  advance(projected: tf.Tensor, states: readonly tf.Tensor[]): tf.Tensor[] {
    const [h = projected, c = projected] = states;
    const z = tf.add(projected, dot(h, this.recurrent_kernel.read()));
    return this.combine(z, c);
  }

  override call(inputs: tf.Tensor, args: CallArgs): [tf.Tensor, tf.Tensor[]] {
    const [h = inputs, c = inputs] = statesOf(args, 2, this.name);
    const forInputs = this.inputMasks(inputs, args.training, 4);
    const forState = this.stateMasks(h, args.training, 4);
    const next =
      this.implementation === 1 && (forInputs !== null || forState !== null)
        ? this.#combine(this.#gatesApart(inputs, h, forInputs, forState), c)
        : this.advance(this.project(masked(inputs, forInputs?.[0])), [h, c]);
    const [output = h] = next;
    return [output, next];
  }

  /** Computes the four gates, each from inputs and states of its own dropout. */
  #gatesApart(
    inputs: tf.Tensor,
    h: tf.Tensor,
    forInputs: readonly tf.Tensor[] | null,
    forState: readonly tf.Tensor[] | null,
  ): tf.Tensor[] {
    const kernels = parts(this.kernel.read(), 4);
    const recurrent = parts(this.recurrent_kernel.read(), 4);
    const biases = this.bias ? parts(this.bias.read(), 4) : [];
    return kernels.map((kernel, gate) => {
      const x = dot(masked(inputs, forInputs?.[gate]), kernel);
      const u = recurrent[gate] ?? kernel;
      const z = tf.add(x, dot(masked(h, forState?.[gate]), u));
      const bias = biases[gate];
      return bias ? tf.add(z, bias) : z;
    });
  }

  /** Computes the new states from what all gates sum up. */
  protected combine(z: tf.Tensor, c: tf.Tensor): tf.Tensor[] {
    return this.#combine(parts(z, 4), c);
  }

  #combine(z: readonly tf.Tensor[], c: tf.Tensor): tf.Tensor[] {
    const [zi = c, zf = c, zc = c, zo = c] = z;
    const kept = tf.mul(this.recurrent_activation(zf), c);
    const carry = tf.add(kept, tf.mul(this.recurrent_activation(zi), this.activation(zc)));
    return [tf.mul(this.recurrent_activation(zo), this.activation(carry)), carry];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      units: this.units,
      activation: activations.serialize(this.activation),
      recurrent_activation: activations.serialize(this.recurrent_activation),
      ...this.weightConfig({ unit_forget_bias: this.unit_forget_bias }),
      implementation: this.implementation,
    };
  }
}

const masked = (x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor =>
  mask === undefined ? x : tf.mul(x, mask);
