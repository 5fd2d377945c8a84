import type { DType } from '@km/core';
import type * as tf from '@tensorflow/tfjs-core';
import { checkLayerConfig, type LayerConfig } from './layer-options.ts';
import { observeName, toSnakeCase, uniqueName } from './names.ts';
import { type Policy, toPolicy } from './policy.ts';
import { getClassName } from './registry.ts';
import { isMetric, Module, unique } from './tracking.ts';
import { Variable } from './variable.ts';
import type { AssignableValue } from './variable-values.ts';
import { countParams, readWeights, writeWeights } from './weights.ts';

/** What a layer is and holds: its name, its dtypes, its weights and the layers inside. */
export abstract class LayerBase extends Module {
  built: boolean = false;
  /** True when the layer keeps a state from one batch to the next. */
  stateful: boolean = false;
  #name: string;
  #trainable: boolean;
  #policy: Policy;
  readonly #dynamic: boolean;
  /** Weights that `add_weight` made, with the names given to it, in order. */
  readonly #weights: Map<Variable, string> = new Map();

  /** @throws TypeError that names an argument which no layer takes. */
  constructor(config: LayerConfig) {
    super();
    checkLayerConfig(config);
    this.#name = config.name ?? uniqueName(toSnakeCase(getClassName(this)));
    if (typeof config.name === 'string') observeName(config.name);
    this.#trainable = config.trainable ?? true;
    this.#policy = toPolicy(config.dtype);
    this.#dynamic = config.dynamic ?? false;
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

  /** True when the layer, or one inside, asked to run eagerly. */
  get dynamic(): boolean {
    return this._flatten_layers().some((layer) => layer.#dynamic);
  }

  /** Edge names of the weights that `add_weight` made. */
  get _weight_names(): ReadonlyMap<Variable, string> {
    return this.#weights;
  }

  /** Keeps a weight; `name` is its edge in checkpoints. */
  protected _keep_weight(variable: Variable, name: string): void {
    this.#weights.set(variable, name);
  }

  /** Layers right below this one; metrics are none. */
  get _sublayers(): LayerBase[] {
    return layersOf(this._tracked_children());
  }

  /** This layer and all layers inside, depth first. */
  _flatten_layers(): LayerBase[] {
    const seen = new Set<LayerBase>();
    const visit = (layer: LayerBase): void => {
      if (seen.has(layer)) return;
      seen.add(layer);
      for (const child of layer._sublayers) visit(child);
    };
    visit(this);
    return [...seen];
  }

  /** Variables of this layer alone, in the order in which they were made. */
  protected _own_variables(trainable: boolean): Variable[] {
    return this.#ownOf(this._tracked_children(), trainable);
  }

  #ownOf(children: readonly unknown[], trainable: boolean): Variable[] {
    const properties = children.filter((child) => child instanceof Variable);
    const own = unique([...this.#weights.keys(), ...properties]);
    return own.filter((variable) => variable.trainable === trainable).sort((a, b) => a.id - b.id);
  }

  #trainableOf(children: readonly unknown[]): Variable[] {
    if (!this.trainable) return [];
    const inner = layersOf(children).flatMap((layer) => layer.trainable_weights);
    return unique([...this.#ownOf(children, true), ...inner]);
  }

  #constantOf(children: readonly unknown[]): Variable[] {
    const trainable = this.trainable;
    const inner = layersOf(children).flatMap((layer) =>
      trainable ? layer.non_trainable_weights : layer.weights,
    );
    const frozen = trainable ? [] : this.#ownOf(children, true);
    return unique([...frozen, ...this.#ownOf(children, false), ...inner]);
  }

  get trainable_weights(): Variable[] {
    return this.#trainableOf(this._tracked_children());
  }

  get non_trainable_weights(): Variable[] {
    return this.#constantOf(this._tracked_children());
  }

  /** All weights: the trainable ones, then the others. */
  get weights(): Variable[] {
    const children = this._tracked_children();
    return unique([...this.#trainableOf(children), ...this.#constantOf(children)]);
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

  /** Frees the tensors of the weights; values stay in memory and are uploaded again when needed. */
  dispose(): void {
    for (const variable of this.weights) variable.dispose();
  }
}

/** The layers of a list, each once, without metrics. */
function layersOf(children: readonly unknown[]): LayerBase[] {
  return unique(children).filter(
    (child): child is LayerBase => child instanceof LayerBase && !isMetric(child),
  );
}
