import * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../../engine/types.ts';
import { type CallArgs, Layer } from '../base.ts';

/** Size of a state: its features, or its whole shape without the batch. */
export type StateSize = number | readonly number[];

/** What an initial state depends on. */
export interface InitialStateArgs {
  readonly batch_size: number;
}

/**
 * Base of the recurrent cells, which compute one step; `AbstractRNNCell` in Keras.
 * `call(inputs, { states })` returns the output and the list of the new states.
 */
export abstract class AbstractRNNCell extends Layer {
  static override readonly className: string = 'AbstractRNNCell';

  /** Sizes of the states. */
  abstract get state_size(): StateSize | readonly StateSize[];

  /** Size of the output; the first state's size unless the cell says otherwise. */
  get output_size(): StateSize {
    return flatStateSizes(this)[0] ?? 0;
  }

  abstract override call(
    inputs: tf.Tensor,
    args: CallArgs,
  ): [tf.Tensor, readonly tf.Tensor[] | tf.Tensor];

  /** Returns the states before the first step: zeros. */
  get_initial_state(args: InitialStateArgs): tf.Tensor[] {
    return flatStateSizes(this).map((size) => tf.zeros(stateShape(args.batch_size, size)));
  }

  /** Returns the states after the last step in the structure in which a layer gives them out. */
  pack_states<State>(states: readonly State[]): Nested<State>[] {
    return [...states];
  }

  /**
   * Forgets what a cell keeps for one pass over a sequence, such as dropout masks.
   *
   * @param _begins True when a pass begins, which ends with another call.
   */
  reset_pass(_begins: boolean = false): void {}
}

/** Returns the shape of a state. */
export function stateShape(batch: number, size: StateSize): number[] {
  return typeof size === 'number' ? [batch, size] : [batch, ...size];
}

/** Returns the sizes of a cell's states, also of a cell that has a single one. */
export function flatStateSizes(cell: {
  readonly state_size: StateSize | readonly StateSize[];
}): readonly StateSize[] {
  return typeof cell.state_size === 'number' ? [cell.state_size] : cell.state_size;
}

/** Returns the states that were passed to a cell as a list. */
export function statesOf(args: CallArgs, count: number, name: string): tf.Tensor[] {
  const given = args.states;
  const list = Array.isArray(given) ? given.flat(2) : [given];
  if (list.length === count && list.every((state) => state instanceof tf.Tensor)) return list;
  throw new RangeError(`${name}: takes ${count} state tensors in the argument states.`);
}
