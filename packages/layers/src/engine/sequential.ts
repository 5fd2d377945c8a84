import type * as tf from '@tensorflow/tfjs-core';
import { noteBuilt } from './built.ts';
import { deserialize_layer } from './deserialize-layer.ts';
import { Input, InputLayer } from './input-layer.ts';
import { is_keras_tensor, type KerasTensor, type Symbolic } from './keras-tensor.ts';
import { Layer, type LayerClass, type LayerConfig } from './layer.ts';
import { get_mask } from './mask.ts';
import { Functional } from './model.ts';
import { nameScope } from './names.ts';
import { isShape, mapStructure } from './nest.ts';
import { kerasTensorsIn, layerOf, type Node, nodeOf } from './node.ts';
import { type CustomObjects, serialize_keras_object, shared_object_scope } from './registry.ts';
import { open_shape } from './tensor-shapes.ts';
import { type Module, unique } from './tracking.ts';
import type { ApplyArgs, CallArgs, Config, Shape, Shapes, Tensors } from './types.ts';
import type { Variable } from './variable.ts';

/** The arguments of a sequential model. */
export interface SequentialOptions extends LayerConfig {
  readonly layers?: readonly (Layer | KerasTensor)[] | undefined;
}

function onlyOutput(outputs: Symbolic): KerasTensor {
  const [output, ...others] = kerasTensorsIn(outputs);
  if (output !== undefined && others.length === 0) return output;
  throw new RangeError(
    'All layers in a Sequential model should have a single output tensor. For multi-output layers, use the functional API.',
  );
}

/** The input shape that a first layer or model states, and the dtype that goes with it. */
function statedInput(layer: Layer): { shape: Shape; dtype: string | null } | null {
  let first = layer;
  while ('_graph' in first) {
    const [inner] = first._sublayers;
    if (inner === undefined) break;
    first = inner;
  }
  const shape = first._batch_input_shape;
  return shape === null ? null : { shape, dtype: first.dtype };
}

/** A stack of layers, each called on the output of the one before. */
export class Sequential extends Functional {
  static override readonly className: string = 'Sequential';
  /** The layers while no input shape is known, and always those added, without the input layer. */
  #stack: Layer[] = [];
  #inferred_shape: Shape | null = null;
  #explicit_shape = false;
  /** True once a layer has shown that the stack cannot be a graph, such as one that takes several inputs. */
  #deferred_only = false;
  #created: Node[] = [];

  /** Takes the layers, or an object with them and a name. */
  constructor(layers: readonly (Layer | KerasTensor)[] | SequentialOptions = {}) {
    const options: SequentialOptions = isList(layers) ? { layers } : layers;
    const { layers: list = [], ...config } = options;
    super({ ...config, autocast: false });
    this.supports_masking = true;
    for (const layer of list) this.add(layer);
  }

  /** The layers, without the input layer. */
  override get layers(): Layer[] {
    return [...this.#stack];
  }

  override _tracked_children(): (Variable | Module)[] {
    const graph = this._graph?.layers ?? [];
    return unique([...graph, ...this.#stack, ...super._tracked_children()]);
  }

  /**
   * Adds a layer on top.
   * @throws TypeError for what is no layer, RangeError for a name that is taken or a layer with several outputs.
   */
  add(layer: Layer | KerasTensor): void {
    const added = is_keras_tensor(layer) ? layerOf(layer) : layer;
    if (!(added instanceof Layer)) {
      throw new TypeError('The added layer must be an instance of class Layer.');
    }
    if (this.#stack.some((other) => other.name === added.name && other !== added)) {
      throw new RangeError(
        `All layers added to a Sequential model should have unique names. Name "${added.name}" is already the name of a layer in this model. Update the \`name\` argument to pass a unique name.`,
      );
    }
    const [output] = this.outputs;
    if (output !== undefined) this.#extend(onlyOutput(added.apply(output)));
    else if (this.#stack.length === 0) this.#start(added);
    else this.built = false;
    if (!(added instanceof InputLayer)) this.#stack.push(added);
  }

  /** Connects the first layer when its input shape is known. */
  #start(layer: Layer): void {
    if (layer instanceof InputLayer) {
      const input = onlyOutput(layer.output);
      this.#explicit_shape = true;
      this._init_graph(input, input);
      return;
    }
    const stated = statedInput(layer);
    if (stated === null) {
      this.built = false;
      return;
    }
    const { shape, dtype } = stated;
    const input = Input({ batch_shape: shape, dtype, name: `${layer.name}_input` });
    this.#explicit_shape = true;
    this._init_graph(input, onlyOutput(layer.apply(input)));
  }

  #extend(output: KerasTensor): void {
    this._init_graph([...this.inputs], output);
  }

  /** Leaves the size of the batch open where it is only that of the calls so far. */
  _open_batch(): void {
    const shape = this.#inferred_shape;
    const isStateful = this._flatten_layers().some(({ stateful }) => stateful);
    if (shape === null || shape.length === 0 || isStateful) return;
    this.#connect([null, ...shape.slice(1)], this.inputs[0]?.dtype ?? null);
  }

  /** Removes the layer on top. */
  pop(): void {
    const removed = this.#stack.pop();
    if (removed === undefined) throw new TypeError('There are no layers in the model.');
    const last = this.#stack.at(-1);
    if (last === undefined) {
      this._drop_graph();
      this.#inferred_shape = null;
      this.#explicit_shape = false;
    } else if (this._graph !== null) {
      last._outbound_nodes = [];
      this.#extend(onlyOutput(last.output));
    }
  }

  /** Connects the layers for an input shape met in a call; shapes met before leave open what differs. */
  #connect(input_shape: Shape, dtype: string | null): void {
    if (this.#explicit_shape || this.#deferred_only || this.#stack.length === 0) return;
    const shape = relax(this.#inferred_shape, input_shape);
    if (shape === null || JSON.stringify(shape) === JSON.stringify(this.#inferred_shape)) return;
    this.#inferred_shape = shape;
    const created: Node[] = [];
    const input = Input({ batch_shape: shape, dtype, name: `${this.#stack[0]?.name ?? ''}_input` });
    const output = nameScope(null, () => this.#chain(input, created));
    if (output === null) {
      this.#deferred_only = true;
      return;
    }
    this.#created = created;
    this._init_graph(input, output);
    noteBuilt(this);
  }

  /** Calls the layers one after the other; `null` when one cannot be called on symbolic tensors. */
  #chain(input: KerasTensor, created: Node[]): KerasTensor | null {
    let x = input;
    for (const layer of this.#stack) {
      const old = new Set(this.#created);
      layer._inbound_nodes = layer._inbound_nodes.filter((node) => !old.has(node));
      layer._outbound_nodes = layer._outbound_nodes.filter((node) => !old.has(node));
      try {
        x = onlyOutput(layer.apply(x));
      } catch (error) {
        if (error instanceof RangeError) throw error;
        return null;
      }
      created.push(nodeOf(x));
    }
    return x;
  }

  override build(input_shape?: Shapes | null): void {
    if (this._graph === null) {
      if (input_shape === undefined || input_shape === null) {
        throw new TypeError('You must provide an `input_shape` argument.');
      }
      if (isShape(input_shape)) this.#connect(input_shape, null);
    }
    if (this._graph === null) super.build(input_shape ?? []);
    else this.built = true;
  }

  override _maybe_build(): void {
    // The layers are connected in `call`, which knows the dtype of the input.
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    if (!this.#explicit_shape) {
      if (isTensor(inputs)) this.#connect(open_shape(inputs.shape), kerasDType(inputs));
      else this.#deferred_only = true;
    }
    if (this._graph !== null) return super.call(inputs, args);
    let x = inputs;
    let mask = args.mask;
    for (const layer of this.#stack) {
      x = layer.apply<Tensors>(x, mask === null ? {} : { mask });
      mask = mapStructure<tf.Tensor, tf.Tensor | null>(x, get_mask);
    }
    this.built = true;
    return x;
  }

  override _infer_outputs(inputs: unknown, args: ApplyArgs): Symbolic {
    if (is_keras_tensor(inputs)) this.#connect(inputs.shape, inputs.dtype);
    else if (!this.#explicit_shape) this.#deferred_only = true;
    if (this._graph !== null) return super._infer_outputs(inputs, args);
    let x = inputs as Symbolic;
    for (const layer of this.#stack) {
      nameScope(layer.name, () => layer._maybe_build(x));
      x = layer._infer_outputs(x, {});
    }
    this.built = true;
    return x;
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    let shape = input_shape;
    for (const layer of this.#stack) shape = layer.compute_output_shape(shape);
    return shape;
  }

  override get_config(): Config {
    const layers = this._graph === null ? this.#stack : this._graph.layers;
    const config: Config = { name: this.name, layers: layers.map(serialize_keras_object) };
    const shape = this._build_input_shape;
    if (this._graph === null && shape !== null) config.build_input_shape = shape;
    return config;
  }

  /** Makes a sequential model from what `get_config` gave; Keras 1 gave only the list of layers. */
  static override from_config(
    this: LayerClass,
    config: Config | readonly unknown[],
    custom_objects?: CustomObjects,
  ): Sequential {
    const {
      name,
      layers = [],
      build_input_shape,
    } = isConfigList(config)
      ? { name: undefined, layers: config, build_input_shape: undefined }
      : (config as SequentialJson);
    return shared_object_scope(() => {
      const model = new this({ name } as never) as Sequential;
      layers.forEach((layer, i) => {
        model.add(deserialize_layer(layer, custom_objects, ['config', 'layers', i]));
      });
      if (model.inputs.length === 0 && isShape(build_input_shape)) model.build(build_input_shape);
      return model;
    });
  }
}

/** What a config of a sequential model holds. */
interface SequentialJson {
  readonly name?: string;
  readonly layers?: readonly unknown[];
  readonly build_input_shape?: unknown;
}

function isConfigList(config: Config | readonly unknown[]): config is readonly unknown[] {
  return Array.isArray(config);
}

function isList(
  layers: readonly (Layer | KerasTensor)[] | SequentialOptions,
): layers is readonly (Layer | KerasTensor)[] {
  return Array.isArray(layers);
}

function isTensor(inputs: Tensors): inputs is tf.Tensor {
  return 'dataId' in inputs;
}

function kerasDType(tensor: tf.Tensor): string | null {
  return tensor.dtype === 'float32' ? null : tensor.dtype;
}

/** The shape that both inputs have, open where they differ; `null` when the ranks differ. */
function relax(known: Shape | null, met: Shape): Shape | null {
  if (known === null) return met;
  if (known.length !== met.length) return null;
  return known.map((size, axis) => (size === met[axis] ? size : null));
}
