import type { DType } from '@km/core';
import type * as tf from '@tensorflow/tfjs-core';
import { applyEager, shapesOf } from './eager-call.ts';
import { getRegularizer } from './families.ts';
import type { InputSpec } from './input-spec.ts';
import type { KerasTensor, Symbolic } from './keras-tensor.ts';
import {
  batchInputShape,
  checkLayerConfig,
  type LayerConfig,
  type WeightOptions,
} from './layer-options.ts';
import { type LossFunction, LossStore } from './loss-store.ts';
import { makeWeight } from './make-weight.ts';
import { observeName, toSnakeCase, uniqueName } from './names.ts';
import { floatx, type Policy, serializePolicy, toPolicy } from './policy.ts';
import { type CustomObjects, getClassName } from './registry.ts';
import { isMetric, Module, unique } from './tracking.ts';
import type {
  ApplyArgs,
  CallArgs,
  Config,
  Masks,
  Nested,
  Regularizer,
  Shape,
  Shapes,
  Tensors,
} from './types.ts';
import { Variable } from './variable.ts';
import type { AssignableValue } from './variable-values.ts';
import { countParams, readWeights, writeWeights } from './weights.ts';

export type { LayerConfig, WeightOptions };

/** A class of layers; `from_config` makes one from what `get_config` gave. */
export interface LayerClass {
  new (config: never): Layer;
  from_config(config: Config, custom_objects?: CustomObjects): Layer;
}

/**
 * Base of all layers, with the behaviour of `tf.keras.layers.Layer` of TensorFlow 2.15.
 * Properties of a layer that hold a `Variable`, a `Layer`, or lists and plain objects of these are its children, and
 * their names are the edges of checkpoints.
 */
export class Layer extends Module {
  static readonly className: string = 'Layer';
  built: boolean = false;
  /** True when the layer keeps a state from one batch to the next. */
  stateful: boolean = false;
  supports_masking: boolean;
  input_spec: Nested<InputSpec | null> | null = null;
  /** True when floating inputs are taken as of the compute dtype. */
  autocast: boolean;
  #name: string;
  #trainable: boolean;
  #policy: Policy;
  #regularizer: Regularizer | null;
  readonly #dynamic: boolean;
  readonly #batch_input_shape: Shape | null;
  #initial_weights: readonly AssignableValue[] | null;
  #build_input_shape: Shapes | null = null;
  readonly #losses: LossStore = new LossStore();
  /** Weights that `add_weight` made, with the names given to it, in order. */
  readonly #weights: Map<Variable, string> = new Map();

  /** @throws TypeError that names an argument which no layer takes. */
  constructor(config: LayerConfig = {}) {
    super();
    checkLayerConfig(config);
    this.supports_masking = this._overridesComputeMask;
    this.autocast = config.autocast ?? true;
    this.#name = config.name ?? uniqueName(toSnakeCase(getClassName(this)));
    if (typeof config.name === 'string') observeName(config.name);
    this.#trainable = config.trainable ?? true;
    this.#policy = toPolicy(config.dtype);
    this.#regularizer = getRegularizer(config.activity_regularizer);
    this.#dynamic = config.dynamic ?? false;
    this.#batch_input_shape = batchInputShape(config);
    this.#initial_weights = config.weights ?? null;
  }

  get name(): string {
    return this.#name;
  }

  set name(value: string) {
    this.#name = value;
  }

  /** False freezes the layer and all layers inside. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    for (const layer of this._flatten_layers()) layer.#trainable = value;
  }

  get dtype_policy(): Policy {
    return this.#policy;
  }

  set dtype_policy(policy: Policy) {
    this.#policy = policy;
  }

  /** The dtype of the weights. */
  get dtype(): DType | null {
    return this.#policy.variable_dtype;
  }

  get variable_dtype(): DType | null {
    return this.#policy.variable_dtype;
  }

  /** The dtype of the computation and of the outputs. */
  get compute_dtype(): DType | null {
    return this.#policy.compute_dtype;
  }

  get activity_regularizer(): Regularizer | null {
    return this.#regularizer;
  }

  set activity_regularizer(value: Regularizer | null) {
    this.#regularizer = value;
  }

  /** True when the layer, or one inside, asked to run eagerly. */
  get dynamic(): boolean {
    return this._flatten_layers().some((layer) => layer.#dynamic);
  }

  /** The input shape that the arguments of a first layer state, or `null`. */
  get _batch_input_shape(): Shape | null {
    return this.#batch_input_shape;
  }

  /** The shape from which the layer was built, or `null`. */
  get _build_input_shape(): Shapes | null {
    return this.#build_input_shape;
  }

  /** True when the class has its own rule for masks. */
  get _overridesComputeMask(): boolean {
    return this.compute_mask !== Layer.prototype.compute_mask;
  }

  /** Makes the weights; a subclass ends with `super.build(input_shape)`. */
  build(input_shape: Shapes): void {
    this.#build_input_shape = input_shape;
    this.built = true;
  }

  /** Computes the outputs; callers use `apply`, which prepares what `call` may rely on. */
  call(inputs: Tensors, _args: CallArgs): Tensors {
    return inputs;
  }

  /** The masks of the outputs; without an own rule the masks of the inputs if masking is supported. */
  compute_mask(_inputs: Tensors, mask: Masks | null): Masks | null {
    if (this.supports_masking || mask === null) return mask;
    throw new TypeError(
      `Layer ${this.name} does not support masking, but was passed an input_mask.`,
    );
  }

  /** Builds the layer when it is not built, then sets the weights given to the constructor. */
  _maybe_build(inputs: Tensors): void {
    if (!this.built) {
      const shapes = shapesOf(inputs);
      this.build(shapes);
      Layer.prototype.build.call(this, shapes);
    }
    if (this.#initial_weights === null) return;
    const values = this.#initial_weights;
    this.#initial_weights = null;
    this.set_weights(values);
  }

  /**
   * Calls the layer, as `layer(inputs)` does in Python: tensors give tensors, symbolic tensors give symbolic tensors.
   * The second argument holds Keras's keyword arguments of the call, such as `training`, `mask`, `initial_state`.
   */
  apply<O extends Symbolic = KerasTensor>(inputs: Symbolic, args?: ApplyArgs): O;
  apply<O extends Tensors = tf.Tensor>(inputs: Tensors, args?: ApplyArgs): O;
  apply(inputs: Symbolic | Tensors, args: ApplyArgs = {}): Symbolic | Tensors {
    return applyEager(this, inputs as Tensors, args);
  }

  /** Makes a weight and keeps it; `name` is also its edge in checkpoints. */
  add_weight(options: WeightOptions): Variable {
    const dtype = options.dtype ?? this.dtype ?? floatx();
    if (this.#policy.variable_dtype === null) this.#policy = toPolicy(dtype);
    const variable = makeWeight(options, dtype, this.name);
    this.#weights.set(variable, options.name);
    if (variable.regularizer !== null) {
      this.#losses.add(() => variable.regularizer?.call(variable.read()) ?? null);
    }
    return variable;
  }

  /** Edge names of the weights that `add_weight` made. */
  get _weight_names(): ReadonlyMap<Variable, string> {
    return this.#weights;
  }

  /** Adds a scalar of the running call, or a function that gives one, to the losses. */
  add_loss(loss: tf.Tensor | LossFunction | readonly (tf.Tensor | LossFunction)[]): void {
    const losses: readonly (tf.Tensor | LossFunction)[] = Array.isArray(loss) ? loss : [loss];
    for (const one of losses) this.#losses.add(one);
  }

  /** Losses of the last call and penalties of the weights, of this layer and all inside. */
  get losses(): tf.Tensor[] {
    return this._flatten_layers().flatMap((layer) => layer.#losses.collect());
  }

  /** Forgets the losses of the last call. */
  _clear_losses(): void {
    for (const layer of this._flatten_layers()) layer.#losses.clear();
  }

  /** Layers right below this one; metrics are none. */
  get _sublayers(): Layer[] {
    const found = unique(this._tracked_children());
    return found.filter((child): child is Layer => child instanceof Layer && !isMetric(child));
  }

  /** This layer and all layers inside, depth first. */
  _flatten_layers(): Layer[] {
    const seen = new Set<Layer>();
    const visit = (layer: Layer): void => {
      if (seen.has(layer)) return;
      seen.add(layer);
      for (const child of layer._sublayers) visit(child);
    };
    visit(this);
    return [...seen];
  }

  /** Variables of this layer alone. */
  #own(trainable: boolean): Variable[] {
    const properties = this._tracked_children().filter((child) => child instanceof Variable);
    const own = unique([...this.#weights.keys(), ...properties]);
    return own.filter((variable) => variable.trainable === trainable);
  }

  get trainable_weights(): Variable[] {
    if (!this.trainable) return [];
    const inner = this._sublayers.flatMap((layer) => layer.trainable_weights);
    return unique([...this.#own(true), ...inner]);
  }

  get non_trainable_weights(): Variable[] {
    const trainable = this.trainable;
    const inner = this._sublayers.flatMap((layer) =>
      trainable ? layer.non_trainable_weights : layer.weights,
    );
    return unique([...(trainable ? [] : this.#own(true)), ...this.#own(false), ...inner]);
  }

  /** All weights: the trainable ones, then the others. */
  get weights(): Variable[] {
    return unique([...this.trainable_weights, ...this.non_trainable_weights]);
  }

  get trainable_variables(): Variable[] {
    return this.trainable_weights;
  }

  get non_trainable_variables(): Variable[] {
    return this.non_trainable_weights;
  }

  get variables(): Variable[] {
    return this.weights;
  }

  /** Copies of the weights' values, in their order; the caller disposes them. */
  get_weights(): tf.Tensor[] {
    return readWeights(this.weights);
  }

  /** Sets the weights, in their order. */
  set_weights(values: readonly AssignableValue[]): void {
    writeWeights(this.name, this.weights, values);
  }

  /** Number of scalars in the weights. */
  count_params(): number {
    if (this.built) return countParams(this.weights);
    throw new TypeError(
      `You tried to call \`count_params\` on layer ${this.name}, but the layer isn't built. You can build it manually via: \`${this.name}.build(batch_input_shape)\`.`,
    );
  }

  /** The constructor arguments that make an equal layer, without the weights. */
  get_config(): Config {
    const config: Config = {
      name: this.name,
      trainable: this.trainable,
      dtype: serializePolicy(this.#policy),
    };
    if (this.#batch_input_shape !== null) config.batch_input_shape = this.#batch_input_shape;
    if (this.#dynamic) config.dynamic = true;
    return config;
  }

  /** Makes a layer from what `get_config` gave. */
  static from_config(this: LayerClass, config: Config, _custom_objects?: CustomObjects): Layer {
    return new this(config as never);
  }
}
