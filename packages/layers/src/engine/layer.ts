import type * as tf from '@tensorflow/tfjs-core';
import { noteBuilt } from './built.ts';
import { ConnectedLayer } from './connected-layer.ts';
import { applyEager } from './eager-call.ts';
import { getRegularizer } from './families.ts';
import { inferOutputShape, inferOutputs } from './infer.ts';
import type { InputSpec } from './input-spec.ts';
import type { KerasTensor, Symbolic } from './keras-tensor.ts';
import { batchInputShape, type LayerConfig, type WeightOptions } from './layer-options.ts';
import { keepLosses, type LossFunction, LossStore } from './loss-store.ts';
import { makeWeight } from './make-weight.ts';
import { MetricStore } from './metric-store.ts';
import { nameScope } from './names.ts';
import { kerasTensorsIn } from './node.ts';
import { floatx, serializePolicy, toPolicy } from './policy.ts';
import type { AddedMetric } from './providers.ts';
import { type CustomObjects, getClassName } from './registry.ts';
import { applySymbolic } from './symbolic-call.ts';
import { shapesOf } from './tensor-shapes.ts';
import type { TensorLike } from './to-tensors.ts';
import { unique } from './tracking.ts';
import type {
  ApplyArgs,
  CallArgs,
  CallSpec,
  Config,
  Masks,
  Nested,
  Outputs,
  Regularizer,
  Shape,
  Shapes,
  Tensors,
} from './types.ts';
import type { Variable } from './variable.ts';
import type { AssignableValue } from './variable-values.ts';

export type { LayerConfig, WeightOptions };

/** A class of layers, made from a config. */
export type LayerClass = new (config: never) => Layer;

/**
 * Base of all layers, with the behaviour of `tf.keras.layers.Layer` of TensorFlow 2.15.
 * Properties of a layer that hold a `Variable`, a `Layer`, or lists and plain objects of these are its children, and
 * their names are the edges of checkpoints.
 */
export class Layer extends ConnectedLayer {
  static readonly className: string = 'Layer';
  supports_masking: boolean;
  /** True when floating inputs are taken as of the compute dtype. */
  autocast: boolean;
  #input_spec: Nested<InputSpec | null> | null = null;
  #regularizer: Regularizer | null;
  readonly #batch_input_shape: Shape | null;
  #initial_weights: readonly AssignableValue[] | null;
  #build_input_shape: Shapes | null = null;
  #call_spec: CallSpec | null = null;
  readonly #losses: LossStore = new LossStore();
  readonly #metrics: MetricStore = new MetricStore();

  /** @throws TypeError that names an argument which no layer takes. */
  constructor(config: LayerConfig = {}) {
    super(config);
    this.supports_masking = this._overridesComputeMask;
    this.autocast = config.autocast ?? true;
    this.#regularizer = getRegularizer(config.activity_regularizer);
    this.#batch_input_shape = batchInputShape(config);
    this.#initial_weights = config.weights ?? null;
  }

  /** What the layer demands of its inputs. */
  get input_spec(): Nested<InputSpec | null> | null {
    return this.#input_spec;
  }

  set input_spec(spec: Nested<InputSpec | null> | null) {
    this.#input_spec = spec;
  }

  get activity_regularizer(): Regularizer | null {
    return this.#regularizer;
  }

  set activity_regularizer(value: Regularizer | null) {
    this.#regularizer = value;
  }

  /** The input shape that the arguments of a first layer state, or `null`. */
  get _batch_input_shape(): Shape | null {
    return this.#batch_input_shape;
  }

  /** The shape from which the layer was built, or `null`. */
  get _build_input_shape(): Shapes | null {
    return this.#build_input_shape;
  }

  set _build_input_shape(shape: Shapes | null) {
    this.#build_input_shape = shape;
  }

  /** Shapes and dtypes of the tensors of the first call, or `null`; functions of saved layers take the same. */
  get _call_spec(): CallSpec | null {
    return this.#call_spec;
  }

  set _call_spec(spec: CallSpec | null) {
    this.#call_spec = spec;
  }

  /** True when the class has its own rule for masks. */
  get _overridesComputeMask(): boolean {
    return this.compute_mask !== Layer.prototype.compute_mask;
  }

  /** True when `call` itself gives the outputs their masks, as models do. */
  get _computes_masks_in_call(): boolean {
    return false;
  }

  /** True for models, whose outputs have the dtypes that the layers inside gave them. */
  get _keeps_dtypes(): boolean {
    return false;
  }

  /** True when the class has its own rule for shapes. */
  get _overridesOutputShape(): boolean {
    return this.compute_output_shape !== Layer.prototype.compute_output_shape;
  }

  /** True for layers of single operations, whose calls are written without the list around one tensor. */
  get _preserve_input_structure_in_config(): boolean {
    return false;
  }

  override get _sublayers(): Layer[] {
    return super._sublayers.filter((layer) => layer instanceof Layer);
  }

  override _flatten_layers(): Layer[] {
    return super._flatten_layers().filter((layer) => layer instanceof Layer);
  }

  /** Makes the weights; a subclass ends with `super.build(input_shape)`. */
  build(input_shape: Shapes): void {
    this.#build_input_shape = input_shape;
    this.built = true;
    noteBuilt(this);
  }

  /** Computes the outputs; callers use `apply`, which prepares what `call` may rely on. */
  call(inputs: Tensors, _args: CallArgs): Tensors {
    return inputs;
  }

  /** The shape of the outputs; without an own rule found by running `call` without values. */
  compute_output_shape(input_shape: Shapes): Shapes {
    return inferOutputShape(this, input_shape);
  }

  /** The masks of the outputs; without an own rule the masks of the inputs if masking is supported. */
  compute_mask(_inputs: Tensors, mask: Masks | null): Masks | null {
    if (this.supports_masking || mask === null) return mask;
    throw new TypeError(
      `Layer ${this.name} does not support masking, but was passed an input_mask.`,
    );
  }

  /** Builds the layer when it is not built, then sets the weights given to the constructor. */
  _maybe_build(inputs: Nested<{ readonly shape: Shape }>): void {
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

  /** The outputs that a call on symbolic tensors gives; they are not yet linked to the call. */
  _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    return inferOutputs(this, inputs, args);
  }

  /**
   * Calls the layer, as `layer(inputs)` does in Python: tensors and numbers give tensors, symbolic tensors symbolic ones.
   * The second argument holds Keras's keyword arguments of the call, such as `training`, `mask`, `initial_state`.
   */
  apply<O extends Symbolic = KerasTensor>(inputs: Symbolic, args?: ApplyArgs): O;
  apply<O extends Outputs = tf.Tensor>(inputs: Nested<TensorLike>, args?: ApplyArgs): O;
  apply(inputs: Symbolic | Nested<TensorLike>, args: ApplyArgs = {}): Symbolic | Tensors {
    const symbolic = kerasTensorsIn(inputs).length > 0 || kerasTensorsIn(args).length > 0;
    return symbolic ? applySymbolic(this, inputs, args) : applyEager(this, inputs, args);
  }

  /** Makes a weight and keeps it; `name` is also its edge in checkpoints. */
  add_weight(options: WeightOptions): Variable {
    const dtype = options.dtype ?? this.dtype ?? floatx();
    if (this.variable_dtype === null) this.dtype_policy = toPolicy(dtype);
    const variable = makeWeight(options, dtype, this.name);
    this._keep_weight(variable, options.name);
    if (variable.regularizer !== null) {
      this.#losses.add(() => variable.regularizer?.call(variable.read()) ?? null);
    }
    return variable;
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

  /** Losses of this layer alone that do not depend on a call, such as penalties of its weights. */
  get _own_losses(): readonly LossFunction[] {
    return this.#losses.functions;
  }

  /** Forgets the losses of the last call. */
  _clear_losses(): void {
    for (const layer of this._flatten_layers()) layer.#losses.clear();
  }

  /** Runs what may call the layer, and leaves the losses of the last call as they were. */
  _keep_losses<T>(run: () => T): T {
    const stores = this._flatten_layers().map((layer) => layer.#losses);
    return keepLosses(stores, run);
  }

  /** Averages a value of the running call under a name, as a metric of the model. */
  add_metric(value: tf.Tensor, name: string): void {
    this.#metrics.add(value, name);
  }

  /** Makes a metric before its first value, so that it is there when the model is saved. */
  _make_metric(name: string): void {
    this.#metrics.make(name);
  }

  /** Metrics of this layer and all inside. */
  get metrics(): AddedMetric[] {
    return unique(
      this._flatten_layers().flatMap((layer) => layer.#metrics.collect(layer._tracked_children())),
    );
  }

  /** Functions to run after a step; always empty, since updates run inside of `call`. */
  get updates(): readonly never[] {
    return [];
  }

  /** The constructor arguments that make an equal layer, without the weights. */
  get_config(): Config {
    if (this.get_config === Layer.prototype.get_config) requireNoArguments(this);
    const config: Config = {
      name: this.name,
      trainable: this.trainable,
      dtype: serializePolicy(this.dtype_policy),
    };
    if (this.#batch_input_shape !== null) config.batch_input_shape = this.#batch_input_shape;
    if (this.dynamic) config.dynamic = true;
    return config;
  }

  /** What `build` was called with, as archives of Keras note it, or `null`. */
  get_build_config(): Config | null {
    const input_shape = this.#build_input_shape;
    return input_shape === null ? null : { input_shape };
  }

  /** Builds the layer from what `get_build_config` gave, unless it is built. */
  build_from_config(config: Config): void {
    const { input_shape } = config;
    if (this.built || input_shape === undefined || input_shape === null) return;
    nameScope(this.name, () => {
      this.build(input_shape as Shapes);
    });
  }

  /** Makes a layer from what `get_config` gave. */
  static from_config(this: LayerClass, config: Config, _custom_objects?: CustomObjects): Layer {
    return new this(config as never);
  }
}

/** @throws TypeError for a class whose constructor takes arguments that the config would lose. */
function requireNoArguments(layer: Layer): void {
  if (layer.constructor === Layer || layer.constructor.length === 0) return;
  throw new TypeError(
    `Layer ${getClassName(layer)} has arguments in its constructor and therefore must override \`get_config\` (return \`{ ...super.get_config(), … }\`), so that models with it can be saved.`,
  );
}
