import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import type { CallArgs, Config, Variable } from '../base.ts';
import { type GateConfig, implementationOf } from './gate-config.ts';
import { UnitsCell } from './gated-cell.ts';
import { dot, parts } from './products.ts';
import { statesOf } from './rnn-cell.ts';

/** Arguments of `GRUCell`. */
export interface GRUCellConfig extends GateConfig {
  /** True: the reset gate acts after the product with the recurrent kernel, as in CuDNN; false: before it. */
  readonly reset_after?: boolean;
}

/** Computes one step of a gated recurrent unit layer; gates in the order update, reset, candidate. */
export class GRUCell extends UnitsCell {
  static override readonly className: string = 'GRUCell';
  recurrent_activation: activations.Activation;
  implementation: number;
  reset_after: boolean;

  constructor(config: GRUCellConfig) {
    const { recurrent_activation, implementation, reset_after, ...rest } = config;
    super(rest);
    const gate = recurrent_activation === undefined ? 'sigmoid' : recurrent_activation;
    this.recurrent_activation = activations.get(gate);
    this.implementation = implementationOf(implementation, this.recurrent_dropout);
    this.reset_after = reset_after ?? true;
  }

  get gates(): number {
    return 3;
  }

  get state_size(): number {
    return this.units;
  }

  protected override makeBias(): Variable | null {
    const size = 3 * this.units;
    return this.addBias(this.reset_after ? [2, size] : [size]);
  }

  /** Returns the matrix that the inputs are multiplied with. */
  protected inputMatrix(): tf.Tensor {
    return this.kernel.read();
  }

  /** Returns the matrix that the state is multiplied with. */
  protected stateMatrix(): tf.Tensor {
    return this.recurrent_kernel.read();
  }

  project(inputs: tf.Tensor): tf.Tensor {
    const x = dot(inputs, this.inputMatrix());
    const [bias] = this.biases();
    return bias ? tf.add(x, bias) : x;
  }

  advance(projected: tf.Tensor, states: readonly tf.Tensor[]): tf.Tensor[] {
    const [h = projected] = states;
    return [this.#step(parts(projected, 3), h, [h, h, h])];
  }

  override call(inputs: tf.Tensor, args: CallArgs): [tf.Tensor, tf.Tensor[] | tf.Tensor] {
    const [h = inputs] = statesOf(args, 1, this.name);
    const forInputs = this.inputMasks(inputs, args.training, 3);
    const forState = this.stateMasks(h, args.training, 3);
    const dropped = [0, 1, 2].map((gate) => masked(h, forState?.[gate]));
    const x =
      this.implementation === 1 && forInputs !== null
        ? this.#projectApart(inputs, forInputs)
        : parts(this.project(masked(inputs, forInputs?.[0])), 3);
    const output = this.#step(x, h, dropped);
    return [output, Array.isArray(args.states) ? [output] : output];
  }

  /** Projects the inputs for each gate with its own dropout. */
  #projectApart(inputs: tf.Tensor, masks: readonly tf.Tensor[]): tf.Tensor[] {
    const [bias] = this.biases();
    const biases = bias ? parts(bias, 3) : [];
    return parts(this.inputMatrix(), 3).map((kernel, gate) => {
      const x = dot(masked(inputs, masks[gate]), kernel);
      const own = biases[gate];
      return own ? tf.add(x, own) : x;
    });
  }

  /** Computes the new state; `dropped` is the state as each gate sees it. */
  #step(x: readonly tf.Tensor[], h: tf.Tensor, dropped: readonly tf.Tensor[]): tf.Tensor {
    const [xz = h, xr = h, xh = h] = x;
    const [, bias] = this.biases();
    const shared = dropped.every((each) => each === h);
    const inner = this.#inner(h, dropped, bias, shared);
    const [uz = h, ur = h, uh] = inner;
    const z = this.recurrent_activation(tf.add(xz, uz));
    const r = this.recurrent_activation(tf.add(xr, ur));
    const last = dropped[2] ?? h;
    const kernel = uh ? null : (parts(this.stateMatrix(), 3)[2] ?? null);
    const reset = uh ? tf.mul(r, uh) : dot(tf.mul(r, last), kernel ?? h);
    const candidate = this.activation(tf.add(xh, reset));
    return tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate));
  }

  /** Multiplies the state with the recurrent kernel; without `reset_after` for the first two gates only. */
  #inner(
    h: tf.Tensor,
    dropped: readonly tf.Tensor[],
    bias: tf.Tensor | undefined,
    shared: boolean,
  ): tf.Tensor[] {
    const recurrent = this.stateMatrix();
    const count = this.reset_after ? 3 : 2;
    if (shared) {
      const kernel = this.reset_after
        ? recurrent
        : tf.slice(recurrent, [0, 0], [this.units, 2 * this.units]);
      const product = dot(h, kernel);
      return parts(bias ? tf.add(product, bias) : product, count);
    }
    const biases = bias ? parts(bias, 3) : [];
    return parts(recurrent, 3)
      .slice(0, count)
      .map((kernel, gate) => {
        const product = dot(dropped[gate] ?? h, kernel);
        const own = biases[gate];
        return own ? tf.add(product, own) : product;
      });
  }

  /** Returns the bias of the inputs and, with `reset_after`, that of the state. */
  protected biases(): readonly [tf.Tensor?, tf.Tensor?] {
    if (!this.bias) return [];
    if (!this.reset_after) return [this.bias.read()];
    const [inputs, state] = tf.unstack(this.bias.read());
    return inputs && state ? [inputs, state] : [];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      units: this.units,
      activation: activations.serialize(this.activation),
      recurrent_activation: activations.serialize(this.recurrent_activation),
      ...this.weightConfig(),
      implementation: this.implementation,
      reset_after: this.reset_after,
    };
  }
}

const masked = (x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor =>
  mask === undefined ? x : tf.mul(x, mask);
