import * as tf from '@tensorflow/tfjs-core';
import { is_keras_tensor, type KerasTensor, type Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { flatten, mapStructure } from './nest.ts';
import type { ApplyArgs, Nested } from './types.ts';

/** The symbolic tensors in a structure of arguments, in flattened order. */
export function kerasTensorsIn(structure: unknown): KerasTensor[] {
  return flatten<unknown>(structure as Nested<unknown>).filter(is_keras_tensor);
}

/** The layer that made a symbolic tensor. */
export function layerOf(tensor: KerasTensor): Layer {
  return tensor._keras_history.layer as Layer;
}

/** The call that made a symbolic tensor. */
export function nodeOf(tensor: KerasTensor): Node {
  const { node_index } = tensor._keras_history;
  const node = layerOf(tensor)._inbound_nodes[node_index];
  if (node === undefined) {
    throw new RangeError(`The call that made "${tensor.name}" was removed from its layer.`);
  }
  return node;
}

/** One call of a layer on symbolic tensors. */
export class Node {
  readonly layer: Layer;
  /** The first argument of the call; a structure of tensors, or for operations also a constant. */
  readonly inputs: unknown;
  /** The other arguments that the caller gave. */
  readonly kwargs: ApplyArgs;
  readonly outputs: Symbolic;
  /** All symbolic tensors among the arguments. */
  readonly keras_inputs: readonly KerasTensor[];
  readonly is_input: boolean;
  /** Names of the arguments whose whole numbers were floats in the config that the call comes from. */
  whole_floats: readonly string[] = [];

  /** Makes the node and links it to its layer, to the layers before and to its outputs. */
  constructor(layer: Layer, inputs: unknown, kwargs: ApplyArgs, outputs: Symbolic) {
    this.layer = layer;
    this.inputs = inputs;
    this.kwargs = kwargs;
    this.outputs = outputs;
    this.keras_inputs = [...kerasTensorsIn(inputs), ...kerasTensorsIn(kwargs)];
    this.is_input = inputs === undefined;
    layer._inbound_nodes.push(this);
    for (const tensor of this.keras_inputs) layerOf(tensor)._outbound_nodes.push(this);
    const node_index = layer._inbound_nodes.length - 1;
    kerasTensorsIn(outputs).forEach((tensor, tensor_index) => {
      tensor._keras_history = { layer, node_index, tensor_index };
    });
  }

  /** The calls whose outputs this call uses. */
  get parent_nodes(): Node[] {
    return this.keras_inputs.map(nodeOf);
  }

  /** The first argument as a structure of symbolic tensors; an input node has its own output there. */
  get input_tensors(): Symbolic {
    return this.is_input ? this.outputs : (this.inputs as Symbolic);
  }

  /** The arguments of the call with the symbolic tensors replaced. */
  mapArguments<T>(replace: (tensor: KerasTensor) => T): { inputs: unknown; kwargs: ApplyArgs } {
    const map = (value: unknown): unknown => (is_keras_tensor(value) ? replace(value) : value);
    const inputs = mapStructure<unknown, unknown>(this.inputs as Nested<unknown>, map);
    const kwargs = mapStructure<unknown, unknown>(this.kwargs as Nested<unknown>, map);
    return { inputs, kwargs: kwargs as ApplyArgs };
  }
}

/** A value of a call as JSON: tensors become nested lists. */
export function plainValue(value: unknown): unknown {
  return value instanceof tf.Tensor ? value.arraySync() : value;
}
