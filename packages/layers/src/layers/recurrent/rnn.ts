import { type ScanResult, type ScanStep, scan } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../engine/deserialize-layer.ts';
import type { KerasTensor, Symbolic } from '../../engine/keras-tensor.ts';
import { flatten } from '../../engine/nest.ts';
import { serialize_keras_object } from '../../engine/registry.ts';
import type { TensorLike } from '../../engine/to-tensors.ts';
import type { Nested, Outputs } from '../../engine/types.ts';
import type { AssignableValue } from '../../engine/variable-values.ts';
import {
  type ApplyArgs,
  buildChild,
  type CallArgs,
  type Config,
  type CustomObjects,
  InputSpec,
  Layer,
  type Masks,
  nameScope,
  type Shape,
  type Tensors,
  type Variable,
} from '../base.ts';
import { showShape } from '../shapes.ts';
import { type AbstractRNNCell, flatStateSizes, stateShape } from './rnn-cell.ts';
import { sequenceArgs } from './sequence-args.ts';
import { firstMask, firstShape, type SequenceConfig, sequenceShape } from './sequence-config.ts';
import { StackedRNNCells } from './stacked-rnn-cells.ts';
import { stateVariable } from './state-variable.ts';

/** Arguments of `RNN`; a list of cells is stacked. */
export interface RNNConfig extends SequenceConfig {
  readonly cell: AbstractRNNCell | readonly AbstractRNNCell[];
}

/**
 * Runs a cell over the steps of a sequence.
 * Input shape: `[batch, steps, …]`, or `[steps, batch, …]` with `time_major`.
 * Output shape: `[batch, …]`, or all steps with `return_sequences`; `return_state` adds the states.
 */
export class RNN extends Layer {
  static override readonly className: string = 'RNN';
  readonly cell: AbstractRNNCell;
  return_sequences: boolean;
  return_state: boolean;
  go_backwards: boolean;
  unroll: boolean;
  time_major: boolean;
  zero_output_for_mask: boolean;
  #states: readonly Variable[] | null = null;
  #constants: number;

  constructor(config: RNNConfig) {
    const { cell, return_sequences, return_state, go_backwards, stateful, ...others } = config;
    const { unroll, time_major, zero_output_for_mask, num_constants, ...rest } = others;
    super(sequenceShape(rest));
    this.cell = cell instanceof Layer ? cell : new StackedRNNCells({ cells: cell });
    this.return_sequences = return_sequences ?? false;
    this.return_state = return_state ?? false;
    this.go_backwards = go_backwards ?? false;
    this.stateful = stateful ?? false;
    this.unroll = unroll ?? false;
    this.time_major = time_major ?? false;
    this.zero_output_for_mask = zero_output_for_mask ?? false;
    this.supports_masking = true;
    this.#constants = num_constants ?? 0;
  }

  /** The states kept from batch to batch by a stateful layer, or null before there are any. */
  get states(): readonly Variable[] | null {
    return this.#states;
  }

  override build(input_shape: Shape | readonly Shape[]): void {
    const shape = firstShape(input_shape);
    this.input_spec = this.specOf(shape);
    this.buildCell(this.time_major ? shape.slice(1) : [shape[0] ?? null, ...shape.slice(2)]);
    if (this.stateful) this.#createStates(shape);
    super.build(input_shape);
  }

  /** Returns what later inputs must look like. */
  protected specOf(shape: Shape): InputSpec[] {
    const batchAxis = this.time_major ? 1 : 0;
    const open = shape.map((n, axis) => {
      if (axis === batchAxis) return this.stateful ? n : null;
      return axis < 2 ? null : n;
    });
    return [new InputSpec({ shape: open })];
  }

  /** Builds the cell for the shape of one step. */
  protected buildCell(step_shape: Shape): void {
    nameScope(this.cell.name, () => buildChild(this.cell, step_shape));
  }

  /** Computes the shapes of the states for an input. */
  protected stateShapes(input_shape: Shape): (readonly (number | null)[])[] {
    const batch = input_shape[this.time_major ? 1 : 0] ?? null;
    return flatStateSizes(this.cell).map((size) => [batch, ...stateShape(0, size).slice(1)]);
  }

  #createStates(input_shape: Shape): void {
    const shapes = this.stateShapes(input_shape).map((shape) => {
      if (shape.every((n): n is number => n !== null)) return shape;
      throw new RangeError(
        `${this.name}: a stateful layer needs a known batch size, but its input has the shape ${showShape(input_shape)}; give batch_input_shape.`,
      );
    });
    const dtype = this.variable_dtype ?? 'float32';
    this.#states = shapes.map((shape) => stateVariable(shape, dtype, `${this.name}/Variable`));
  }

  /** Sets the states of a stateful layer, to zero unless values are given. */
  reset_states(states?: readonly AssignableValue[] | null): void {
    if (!this.stateful)
      throw new TypeError(`${this.name}: only a stateful layer has states to reset.`);
    const own = this.#states ?? [];
    if (this.#states === null)
      throw new TypeError(`${this.name}: build the layer before its states are set.`);
    if (states && states.length !== own.length) {
      throw new RangeError(`${this.name}: has ${own.length} states, but got ${states.length}.`);
    }
    own.forEach((variable, i) => {
      const value = states?.[i];
      if (value === undefined) variable.assign_values(new Float32Array(variable.size));
      else variable.assign(value);
    });
  }

  override apply<O extends Symbolic = KerasTensor>(inputs: Symbolic, args?: ApplyArgs): O;
  override apply<O extends Outputs = tf.Tensor>(inputs: Nested<TensorLike>, args?: ApplyArgs): O;
  override apply(given: unknown, args: ApplyArgs = {}): unknown {
    const call = sequenceArgs(given, args, this.#constants);
    const { initial_state, constants, others } = call;
    if (constants !== null) this.#constants = constants.length;
    if (!call.symbolic) {
      const extra = {
        ...(initial_state === null ? {} : { initial_state }),
        ...(constants === null ? {} : { constants }),
      };
      return super.apply(call.inputs as Symbolic, { ...others, ...extra });
    }
    const spec = this.input_spec;
    this.input_spec = null;
    const all = [call.inputs, ...(initial_state ?? []), ...(constants ?? [])] as Symbolic;
    const outputs = super.apply(all, others);
    this.input_spec ??= spec;
    return outputs;
  }

  /** What a call on symbolic tensors demands of its sequence does not hold for the states beside it. */
  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    const spec = this.input_spec;
    this.input_spec = null;
    try {
      return super._infer_outputs(inputs, args);
    } finally {
      this.input_spec = spec;
    }
  }

  /** Returns the sequence and the states to begin with, for a call that may hold all in one list. */
  protected prepare(
    given: Tensors,
    args: CallArgs,
  ): { inputs: tf.Tensor; initial: readonly tf.Tensor[]; constants: readonly tf.Tensor[] } {
    const call = sequenceArgs(given, args, this.#constants);
    const inputs = call.inputs as tf.Tensor;
    const passed = flatten<tf.Tensor>((call.initial_state ?? []) as Tensors);
    const constants = flatten<tf.Tensor>((call.constants ?? []) as Tensors);
    return { inputs, initial: this.#initial(inputs, passed), constants };
  }

  #initial(inputs: tf.Tensor, passed: readonly tf.Tensor[]): readonly tf.Tensor[] {
    const count = flatStateSizes(this.cell).length;
    if (passed.length > 0 && passed.length !== count) {
      throw new RangeError(`${this.name}: has ${count} states, but got ${passed.length}.`);
    }
    const own = this.#states;
    if (own === null) return passed.length > 0 ? passed : this.get_initial_state(inputs);
    // As in Keras, states that are passed count only while the layer's own are all zero.
    const used = own.some((state) => state.values().some((value) => value !== 0));
    return passed.length > 0 && !used ? passed : own.map((state) => state.read());
  }

  /** Returns the states before the first step of a layer that is not stateful. */
  get_initial_state(inputs: tf.Tensor): tf.Tensor[] {
    const batch_size = inputs.shape[this.time_major ? 1 : 0] ?? 1;
    return this.cell.get_initial_state({ batch_size });
  }

  /** Walks the sequence; subclasses may prepare what does not depend on the states. */
  protected walk(
    inputs: tf.Tensor,
    initial: readonly tf.Tensor[],
    constants: readonly tf.Tensor[],
    args: CallArgs,
  ): ScanResult {
    const { training } = args;
    const step: ScanStep = ([input = inputs], states, fixed) => {
      const extra = fixed.length > 0 ? { constants: fixed } : {};
      const options = { states, training, ...extra };
      const [output, next] = this.cell.apply<readonly [tf.Tensor, Tensors]>(input, options);
      return [output, flatten<tf.Tensor>(next)];
    };
    this.cell.reset_pass(true);
    const result = this.scan(step, inputs, initial, args, constants);
    this.cell.reset_pass();
    return result;
  }

  /** Walks a sequence with the options of the layer. */
  protected scan(
    step: ScanStep,
    inputs: tf.Tensor,
    initial: readonly tf.Tensor[],
    args: CallArgs,
    constants: readonly tf.Tensor[] = [],
  ): ScanResult {
    return scan(step, [inputs], initial, {
      goBackwards: this.go_backwards,
      mask: firstMask(args.mask),
      zeroOutputForMask: this.zero_output_for_mask,
      unroll: this.unroll,
      timeMajor: this.time_major,
      constants,
      allOutputs: this.return_sequences,
    });
  }

  override call(given: Tensors, args: CallArgs): Tensors {
    const { inputs, initial, constants } = this.prepare(given, args);
    const { lastOutput, outputs, states } = this.walk(inputs, initial, constants, args);
    this.#states?.forEach((variable, i) => {
      const state = states[i];
      if (state) variable.assign(state);
    });
    const output = outputs ?? lastOutput;
    return this.return_state ? [output, ...this.cell.pack_states(states)] : output;
  }

  /** Stacked cells give their states in groups, which shapes alone do not tell. */
  override get _overridesOutputShape(): boolean {
    return !(this.return_state && this.cell instanceof StackedRNNCells);
  }

  override compute_output_shape(input_shape: Shape | readonly Shape[]): Shape | readonly Shape[] {
    const shape = firstShape(input_shape);
    const [first = null, second = null] = shape;
    const batch = this.time_major ? second : first;
    const step = stateShape(0, this.cell.output_size).slice(1);
    const output = this.return_sequences ? [first, second, ...step] : [batch, ...step];
    return this.return_state ? [output, ...this.stateShapes(shape)] : output;
  }

  override compute_mask(_inputs: Tensors, mask: Masks | null): Masks | null {
    const own = this.return_sequences ? firstMask(mask) : null;
    if (!this.return_state) return own;
    return [own, ...flatStateSizes(this.cell).map(() => null)];
  }

  /** Returns the configuration of the walk, without the cell. */
  protected sequenceConfig(): Config {
    return {
      ...super.get_config(),
      return_sequences: this.return_sequences,
      return_state: this.return_state,
      go_backwards: this.go_backwards,
      stateful: this.stateful,
      unroll: this.unroll,
      time_major: this.time_major,
      ...(this.#constants > 0 ? { num_constants: this.#constants } : {}),
      ...(this.zero_output_for_mask ? { zero_output_for_mask: true } : {}),
    };
  }

  override get_config(): Config {
    return { ...this.sequenceConfig(), cell: serialize_keras_object(this.cell) };
  }

  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const { cell, ...rest } = config;
    return new RNN({ ...rest, cell: deserialize_layer(cell, custom_objects) as AbstractRNNCell });
  }
}
