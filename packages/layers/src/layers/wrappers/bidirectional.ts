import * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../engine/deserialize-layer.ts';
import type { KerasTensor, Symbolic } from '../../engine/keras-tensor.ts';
import { isShape } from '../../engine/nest.ts';
import { type Registrable, serialize_keras_object } from '../../engine/registry.ts';
import type { TensorLike } from '../../engine/to-tensors.ts';
import type { Nested, Outputs } from '../../engine/types.ts';
import type { AssignableValue } from '../../engine/variable-values.ts';
import {
  type ApplyArgs,
  buildChild,
  type CallArgs,
  type Config,
  type CustomObjects,
  Layer,
  type LayerConfig,
  type Masks,
  nameScope,
  type Shape,
  type Shapes,
  type Tensors,
} from '../base.ts';
import type { RNN } from '../recurrent/rnn.ts';
import { flatStateSizes } from '../recurrent/rnn-cell.ts';
import { sequenceArgs } from '../recurrent/sequence-args.ts';
import { firstMask } from '../recurrent/sequence-config.ts';
import {
  checkDirections,
  type MergeMode,
  mergeOutputs,
  mergeShape,
  modeOf,
} from './merge-directions.ts';

/** Arguments of `Bidirectional`. */
export interface BidirectionalConfig extends LayerConfig {
  readonly layer: RNN;
  readonly merge_mode?: MergeMode;
  /** Layer of the other direction; a copy of `layer` unless given. */
  readonly backward_layer?: RNN | null;
  readonly num_constants?: number;
}

/** Walks a sequence in both directions. Input shape: that of the layer inside, whose outputs are merged. */
export class Bidirectional extends Layer {
  static override readonly className: string = 'Bidirectional';
  readonly forward_layer: RNN;
  readonly backward_layer: RNN;
  readonly merge_mode: MergeMode;
  readonly return_sequences: boolean;
  readonly return_state: boolean;
  readonly #layer: RNN;
  readonly #backwardConfig: unknown;
  #constants: number;

  constructor(config: BidirectionalConfig) {
    const { layer, merge_mode, backward_layer, num_constants, weights, ...rest } = config;
    super({ ...rest, trainable: rest.trainable ?? layer.trainable });
    this.#layer = layer;
    this.forward_layer = copyOf(layer, weights?.slice(0, weights.length / 2), false);
    this.#backwardConfig = backward_layer ? serialize_keras_object(backward_layer) : null;
    this.backward_layer = backward_layer ?? copyOf(layer, weights?.slice(weights.length / 2), true);
    this.forward_layer.name = `forward_${this.forward_layer.name}`;
    this.backward_layer.name = `backward_${this.backward_layer.name}`;
    checkDirections(this.forward_layer, this.backward_layer, this.name);
    this.merge_mode = modeOf(merge_mode);
    this.stateful = layer.stateful;
    this.return_sequences = layer.return_sequences;
    this.return_state = layer.return_state;
    this.forward_layer.zero_output_for_mask = layer.return_sequences;
    this.backward_layer.zero_output_for_mask = layer.return_sequences;
    this.supports_masking = true;
    this.input_spec = layer.input_spec;
    this.#constants = num_constants ?? 0;
  }

  /** The layer that was wrapped; its copies do the work. */
  get layer(): RNN {
    return this.#layer;
  }

  override build(input_shape: Shapes): void {
    const forward = this.#direction(input_shape, false);
    nameScope(this.forward_layer.name, () => buildChild(this.forward_layer, forward));
    nameScope(this.backward_layer.name, () => buildChild(this.backward_layer, forward));
    super.build(input_shape);
  }

  /** Returns the part of a list of inputs that a direction takes: the sequence, its states, all constants. */
  #direction<T>(inputs: T, backward: boolean): T {
    if (!Array.isArray(inputs) || isShape(inputs)) return inputs;
    const list: readonly unknown[] = inputs;
    const end = list.length - this.#constants;
    const states = list.slice(1, end);
    const half = states.length / 2;
    const own = backward ? states.slice(half) : states.slice(0, half);
    return [list[0], ...own, ...list.slice(end)] as T;
  }

  override apply<O extends Symbolic = KerasTensor>(inputs: Symbolic, args?: ApplyArgs): O;
  override apply<O extends Outputs = tf.Tensor>(inputs: Nested<TensorLike>, args?: ApplyArgs): O;
  override apply(given: unknown, args: ApplyArgs = {}): unknown {
    const { inputs, initial_state, constants, others, symbolic } = sequenceArgs(
      given,
      args,
      this.#constants,
    );
    if (initial_state !== null && initial_state.length % 2 !== 0) {
      throw new RangeError(`${this.name}: initial_state holds the states of both directions.`);
    }
    if (constants !== null) this.#constants = constants.length;
    if (!symbolic) {
      const extra = {
        ...(initial_state === null ? {} : { initial_state }),
        ...(constants === null ? {} : { constants }),
      };
      return super.apply(inputs as Symbolic, { ...others, ...extra });
    }
    const spec = this.input_spec;
    this.input_spec = null;
    const all = [inputs, ...(initial_state ?? []), ...(constants ?? [])] as Symbolic;
    const outputs = super.apply(all, others);
    this.input_spec = spec;
    return outputs;
  }

  override call(given: Tensors, args: CallArgs): Tensors {
    const { inputs, initial_state, constants } = sequenceArgs(given, args, this.#constants);
    const all = [inputs, ...(initial_state ?? []), ...(constants ?? [])];
    const options = { training: args.training, mask: firstMask(args.mask) };
    const run = (layer: RNN, backward: boolean): tf.Tensor[] => {
      const own = this.#direction(all, backward) as tf.Tensor[];
      const [sequence, ...extra] = own;
      const result = layer.apply<Tensors>((extra.length > 0 ? own : sequence) as Tensors, options);
      return [result].flat() as tf.Tensor[];
    };
    const [forward, ...forwardStates] = run(this.forward_layer, false);
    const [backward, ...backwardStates] = run(this.backward_layer, true);
    if (!forward || !backward) throw new TypeError(`${this.name}: the layer gave no output.`);
    const time = this.forward_layer.time_major ? 0 : 1;
    const turned = this.return_sequences ? tf.reverse(backward, time) : backward;
    const merged = mergeOutputs(forward, turned, this.merge_mode);
    if (!this.return_state) return merged;
    return [...[merged].flat(), ...forwardStates, ...backwardStates] as tf.Tensor[];
  }

  /** Sets the states of both directions, to zero unless values are given. */
  reset_states(states?: readonly AssignableValue[] | null): void {
    const half = (states?.length ?? 0) / 2;
    this.forward_layer.reset_states(states?.slice(0, half));
    this.backward_layer.reset_states(states?.slice(half));
  }

  override compute_mask(_inputs: Tensors, mask: Masks | null): Masks | null {
    const own = this.return_sequences ? firstMask(mask) : null;
    const outputs = this.merge_mode === null ? [own, own] : [own];
    if (!this.return_state) return this.merge_mode === null ? outputs : own;
    const none = flatStateSizes(this.forward_layer.cell).map(() => null);
    return [...outputs, ...none, ...none];
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    const single = this.#direction(input_shape, false) as Shape | readonly Shape[];
    const shape = this.forward_layer.compute_output_shape(single);
    if (!this.return_state) return mergeShape(shape as Shape, this.merge_mode);
    const [output = [], ...states] = shape as readonly Shape[];
    const merged = mergeShape(output, this.merge_mode);
    return [...(isShape(merged) ? [merged] : merged), ...states, ...states];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      layer: serialize_keras_object(this.#layer),
      merge_mode: this.merge_mode,
      ...(this.#constants > 0 ? { num_constants: this.#constants } : {}),
      ...(this.#backwardConfig === null ? {} : { backward_layer: this.#backwardConfig }),
    };
  }

  static override from_config(config: Config, custom_objects?: CustomObjects): Layer {
    const { layer, backward_layer, ...rest } = config;
    return new Bidirectional({
      ...rest,
      layer: deserialize_layer(layer, custom_objects) as RNN,
      ...(backward_layer
        ? { backward_layer: deserialize_layer(backward_layer, custom_objects) as RNN }
        : {}),
    });
  }
}

/** Makes an equal layer without weights, or one of the other direction. */
function copyOf(
  layer: RNN,
  weights: readonly AssignableValue[] | undefined,
  backward: boolean,
): RNN {
  const config = layer.get_config();
  if (backward) config.go_backwards = config.go_backwards !== true;
  if (weights) config.weights = weights;
  const classes = new Map<string, Registrable>();
  const note = (object: object): void => {
    const owner = object.constructor as unknown as Registrable & { className?: string };
    classes.set(owner.className ?? owner.name, owner);
  };
  note(layer.cell);
  for (const cell of [Reflect.get(layer.cell, 'cells') ?? []].flat()) note(cell);
  const owner = layer.constructor as unknown as typeof RNN;
  return owner.from_config(config, classes) as RNN;
}
