import type * as tf from '@tensorflow/tfjs-core';
import { addLossToGraph, addMetricToGraph } from './graph-additions.ts';
import { GraphNetwork } from './graph-network.ts';
import { buildByCall, outlineCall } from './infer.ts';
import type { InputSpec } from './input-spec.ts';
import { is_keras_tensor, KerasTensor, type Symbolic } from './keras-tensor.ts';
import { Layer } from './layer.ts';
import type { LossFunction } from './loss-store.ts';
import { get_mask } from './mask.ts';
import { mapShapes, mapStructure } from './nest.ts';
import { floatx } from './policy.ts';
import { shapesOf } from './tensor-shapes.ts';
import { type Module, trackedLeaves, trackedProperties, unique } from './tracking.ts';
import type { ApplyArgs, CallArgs, Masks, Nested, Shape, Shapes, Tensors } from './types.ts';
import type { Variable } from './variable.ts';

/** A layer as it is found by name, with the weights that many layers have: its class says which of them are there. */
export type FoundLayer = Layer & {
  readonly kernel: Variable;
  readonly recurrent_kernel: Variable;
  readonly bias: Variable;
  readonly embeddings: Variable;
  readonly gamma: Variable;
  readonly beta: Variable;
  readonly moving_mean: Variable;
  readonly moving_variance: Variable;
};

/** A layer that is a set of layers: connected from symbolic inputs to outputs, or called by a subclass. */
export abstract class GraphModel extends Layer {
  #graph: GraphNetwork | null = null;
  #called = false;

  /** Makes this a functional model of the given inputs and outputs. */
  protected _init_graph(inputs: Symbolic, outputs: Symbolic): void {
    const graph = new GraphNetwork(inputs, outputs);
    this.#graph = graph;
    this.autocast = false;
    this.supports_masking = true;
    this.built = true;
    this._build_input_shape = mapStructure(graph.nested_inputs, ({ shape }) => shape);
  }

  /** Makes this a model without connections again. */
  protected _drop_graph(): void {
    this.#graph = null;
    this.built = false;
  }

  /** The connections of a functional model, or `null`. */
  get _graph(): GraphNetwork | null {
    return this.#graph;
  }

  get _is_graph_network(): boolean {
    return this.#graph !== null;
  }

  /** The symbolic inputs as a list; empty for a subclassed model. */
  get inputs(): readonly KerasTensor[] {
    return this.#graph?.inputs ?? [];
  }

  /** The symbolic outputs as a list; empty for a subclassed model. */
  get outputs(): readonly KerasTensor[] {
    return this.#graph?.outputs ?? [];
  }

  get input_names(): readonly string[] {
    return this.#graph?.input_names ?? [];
  }

  get output_names(): readonly string[] {
    return this.#graph?.output_names ?? [];
  }

  override get input(): Symbolic {
    return this.#graph === null ? super.input : this.#graph.nested_inputs;
  }

  override get output(): Symbolic {
    return this.#graph === null ? super.output : this.#graph.nested_outputs;
  }

  override get input_shape(): Shapes {
    if (this.#graph === null) return super.input_shape;
    return mapStructure(this.#graph.nested_inputs, ({ shape }) => shape);
  }

  override get output_shape(): Shapes {
    if (this.#graph === null) return super.output_shape;
    return mapStructure(this.#graph.nested_outputs, ({ shape }) => shape);
  }

  override get input_spec(): Nested<InputSpec | null> | null {
    return super.input_spec ?? this.#graph?.input_spec ?? null;
  }

  override set input_spec(spec: Nested<InputSpec | null> | null) {
    super.input_spec = spec;
  }

  override get _keeps_dtypes(): boolean {
    return true;
  }

  override get _computes_masks_in_call(): boolean {
    return this.#graph !== null;
  }

  /** The layers of the graph first, then what the properties of a subclass hold. */
  override _tracked_children(): (Variable | Module)[] {
    return unique([...(this.#graph?.layers ?? []), ...super._tracked_children()]);
  }

  /** The layers right below the model: those of the graph in Keras's order, or those of the properties. */
  get layers(): Layer[] {
    return this._sublayers;
  }

  /**
   * The layer of a name, or at an index; in TypeScript its class may be given.
   * @throws RangeError when there is none, with the names that exist.
   */
  get_layer<L extends Layer = FoundLayer>(name?: string | null, index?: number | null): L {
    const layers = this.layers as L[];
    if (typeof index === 'number') {
      const layer = layers[index];
      if (layer !== undefined) return layer;
      throw new RangeError(
        `Was asked to retrieve layer at index ${String(index)} but model only has ${String(layers.length)} layers.`,
      );
    }
    if (typeof name !== 'string') {
      throw new TypeError('Provide either a layer name or layer index at `get_layer`.');
    }
    const found = layers.find((layer) => layer.name === name);
    if (found !== undefined) return found;
    throw new RangeError(
      `No such layer: ${name}. Existing layers are: [${layers.map((layer) => `'${layer.name}'`).join(', ')}].`,
    );
  }

  /** What the model holds directly that has weights, metrics included, in order. */
  get #holders(): { readonly variables: Variable[]; readonly inner: Layer[] } {
    const inner = this._tracked_children().filter((child) => child instanceof Layer);
    return { variables: [...this._own_variables(true), ...this._own_variables(false)], inner };
  }

  override get trainable_weights(): Variable[] {
    if (!this.trainable) return [];
    const inner = this.#holders.inner.flatMap((layer) => layer.trainable_weights);
    return unique([...inner, ...this._own_variables(true)]);
  }

  override get non_trainable_weights(): Variable[] {
    const { inner } = this.#holders;
    const constant = inner.flatMap((layer) => layer.non_trainable_weights);
    if (this.trainable) return unique([...constant, ...this._own_variables(false)]);
    const frozen = inner.flatMap((layer) => layer.trainable_weights);
    return unique([
      ...frozen,
      ...this._own_variables(true),
      ...constant,
      ...this._own_variables(false),
    ]);
  }

  /** All weights, layer by layer; layers of one list or dictionary count as one, so that its trainable weights come first. */
  override get weights(): Variable[] {
    const { inner, variables } = this.#holders;
    const together = this.#graph === null ? layersTogether(this) : new Map<Layer, Layer[]>();
    const all = inner.flatMap((layer) => {
      const group = together.get(layer) ?? [layer];
      if (group.length === 1) return layer.variables;
      return [
        ...group.flatMap((one) => one.trainable_weights),
        ...group.flatMap((one) => one.non_trainable_weights),
      ];
    });
    return unique([...all, ...variables]);
  }

  /** Builds a subclassed model from the shape of its inputs, batch axis included. */
  override build(input_shape: Shapes): void {
    if (this.#graph === null && !this.built) {
      outlineCall(this, input_shape);
    }
    super.build(input_shape);
  }

  override _maybe_build(inputs: Nested<{ readonly shape: Shape }>): void {
    // Without a `build` of a subclass, the layers inside are built when `call` reaches them.
    if (!this.built && this.build === GraphModel.prototype.build) super.build(shapesOf(inputs));
    super._maybe_build(inputs);
  }

  /** Makes the weights that only a call on inputs of these shapes would make, without computing anything. */
  _build_by_call(inputs: Tensors): void {
    if (this.#graph !== null || this.#called) return;
    this.#called = true;
    buildByCall(this, inputs);
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    if (this.#graph !== null) return this.#graph.run(inputs, args.mask);
    throw new TypeError(
      'Unimplemented `Model.call()`: if you intend to create a `Model` with the Functional API, please provide `inputs` and `outputs` arguments. Otherwise, subclass `Model` with an overridden `call()` method.',
    );
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    if (this.#graph === null) return super.compute_output_shape(input_shape);
    const inputs = mapShapes(
      input_shape,
      (shape) => new KerasTensor({ shape, dtype: floatx(), name: this.name }),
    );
    return mapStructure(this.#graph.propagate(inputs, {}), ({ shape }) => shape);
  }

  override compute_mask(inputs: Tensors, mask: Masks | null): Masks | null {
    if (this.#graph === null) return super.compute_mask(inputs, mask);
    return mapStructure<tf.Tensor, tf.Tensor | null>(this.#graph.run(inputs, mask), get_mask);
  }

  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    if (this.#graph === null) return super._infer_outputs(inputs, args);
    return this.#graph.propagate(inputs as Symbolic, args);
  }

  /** Adds a loss: a scalar of the running call, a function, or a symbolic tensor of a functional model. */
  override add_loss(
    loss: tf.Tensor | KerasTensor | LossFunction | readonly (tf.Tensor | LossFunction)[],
  ): void {
    if (!is_keras_tensor(loss)) super.add_loss(loss);
    else addLossToGraph(this.#requireGraph('add_loss'), loss);
  }

  /** Averages a value as a metric: one of the running call, or a symbolic tensor of a functional model. */
  override add_metric(
    value: tf.Tensor | KerasTensor,
    name: string,
    aggregation: 'mean' | null = 'mean',
  ): void {
    if (!is_keras_tensor(value)) super.add_metric(value, name);
    else addMetricToGraph(this.#requireGraph('add_metric'), value, name, aggregation);
  }

  #requireGraph(method: string): GraphNetwork {
    if (this.#graph !== null) return this.#graph;
    throw new TypeError(
      `${method} takes a symbolic tensor only on a model made from \`inputs\` and \`outputs\`.`,
    );
  }
}

/** The layers of the lists and dictionaries that a model holds, by each of them. */
function layersTogether(model: GraphModel): Map<Layer, Layer[]> {
  const groups = new Map<Layer, Layer[]>();
  for (const [, value] of trackedProperties(model)) {
    const layers = trackedLeaves([value]).filter((leaf) => leaf instanceof Layer);
    for (const layer of layers) if (!groups.has(layer)) groups.set(layer, layers);
  }
  return groups;
}
