import type * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../engine/deserialize-layer.ts';
import { flatten } from '../../engine/nest.ts';
import { serialize_keras_object } from '../../engine/registry.ts';
import type { Nested } from '../../engine/types.ts';
import {
  buildChild,
  type CallArgs,
  type Config,
  type CustomObjects,
  type Layer,
  type LayerConfig,
  nameScope,
  type Shape,
  type Tensors,
} from '../base.ts';
import {
  AbstractRNNCell,
  flatStateSizes,
  type InitialStateArgs,
  type StateSize,
  stateShape,
} from './rnn-cell.ts';

/** Arguments of `StackedRNNCells`. */
export interface StackedRNNCellsConfig extends LayerConfig {
  readonly cells: readonly AbstractRNNCell[];
  /** True: the states of the last cell come first, as in old versions. */
  readonly reverse_state_order?: boolean;
}

/** Makes one cell of several, each of which takes the output of the one before. */
export class StackedRNNCells extends AbstractRNNCell {
  static override readonly className: string = 'StackedRNNCells';
  readonly cells: readonly AbstractRNNCell[];
  readonly reverse_state_order: boolean;

  constructor(config: StackedRNNCellsConfig) {
    const { cells, reverse_state_order, ...rest } = config;
    super(rest);
    this.cells = [...cells];
    this.reverse_state_order = reverse_state_order ?? false;
  }

  get #ordered(): AbstractRNNCell[] {
    const cells = [...this.cells];
    return this.reverse_state_order ? cells.reverse() : cells;
  }

  get state_size(): readonly StateSize[] {
    return this.#ordered.flatMap((cell) => flatStateSizes(cell));
  }

  override get output_size(): StateSize {
    return this.cells.at(-1)?.output_size ?? 0;
  }

  override get_initial_state(args: InitialStateArgs): tf.Tensor[] {
    return this.#ordered.flatMap((cell) => cell.get_initial_state(args));
  }

  override build(input_shape: Shape): void {
    let shape = input_shape;
    for (const cell of this.cells) {
      nameScope(cell.name, () => buildChild(cell, shape));
      shape = [input_shape[0] ?? null, ...stateShape(0, cell.output_size).slice(1)];
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor, args: CallArgs): [tf.Tensor, tf.Tensor[]] {
    const { states: given, mask: _, ...rest } = args;
    const flat = flatten<tf.Tensor>(given as Tensors);
    const queues = new Map<AbstractRNNCell, tf.Tensor[]>();
    let at = 0;
    for (const cell of this.#ordered) {
      const count = flatStateSizes(cell).length;
      queues.set(cell, flat.slice(at, at + count));
      at += count;
    }
    let output = inputs;
    for (const cell of this.cells) {
      const states = queues.get(cell) ?? [];
      const [next, after] = cell.apply<readonly [tf.Tensor, Tensors]>(output, { ...rest, states });
      queues.set(cell, flatten<tf.Tensor>(after));
      output = next;
    }
    return [output, this.#ordered.flatMap((cell) => queues.get(cell) ?? [])];
  }

  /** Groups the states by cell. */
  override pack_states<State>(states: readonly State[]): Nested<State>[] {
    let at = 0;
    return this.#ordered.map((cell) => {
      const count = flatStateSizes(cell).length;
      const own = states.slice(at, at + count);
      at += count;
      return own.length === 1 ? (own[0] as State) : own;
    });
  }

  override reset_pass(begins: boolean = false): void {
    for (const cell of this.cells) cell.reset_pass(begins);
  }

  override get_config(): Config {
    return { ...super.get_config(), cells: this.cells.map(serialize_keras_object) };
  }

  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const { cells, ...rest } = config;
    const list = Array.isArray(cells) ? cells : [];
    return new StackedRNNCells({
      ...rest,
      cells: list.map((cell) => deserialize_layer(cell, custom_objects) as AbstractRNNCell),
    });
  }
}
