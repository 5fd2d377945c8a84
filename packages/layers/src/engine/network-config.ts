import { markFloats } from '@km/keras-config';
import type { GraphNetwork } from './graph-network.ts';
import { is_keras_tensor, type KerasTensor, type Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { countsConstruction } from './layer-kinds.ts';
import { isPlainObject, mapStructure } from './nest.ts';
import { layerOf, type Node, nodeOf, plainValue } from './node.ts';
import { serialize_keras_object } from './registry.ts';
import type { Config, Nested } from './types.ts';

/** Gives each call of a model its number in the config. */
function numberCalls(graph: GraphNetwork): Map<Node, number> {
  const used = new Set(graph.nodes);
  const numbers = new Map<Node, number>();
  for (const layer of graph.layers) {
    let next = countsConstruction(layer) ? 1 : 0;
    for (const node of layer._inbound_nodes) {
      if (!used.has(node)) continue;
      numbers.set(node, next);
      next += 1;
    }
  }
  return numbers;
}

/** A symbolic tensor as a config refers to it: layer, call and output. */
function reference(tensor: KerasTensor, numbers: ReadonlyMap<Node, number>): unknown[] {
  const number = numbers.get(nodeOf(tensor)) ?? 0;
  return [layerOf(tensor).name, number, tensor._keras_history.tensor_index];
}

/** The entry of one call: a reference per tensor of the first argument, each with all other arguments. */
function callConfig(node: Node, numbers: ReadonlyMap<Node, number>): unknown {
  const given = mapStructure<unknown, unknown>(node.kwargs as Nested<unknown>, (value) =>
    is_keras_tensor(value) ? reference(value, numbers) : plainValue(value),
  );
  // TensorFlow takes whole numbers for floats, but no floats for whole numbers.
  const kwargs = markFloats(given as object, node.whole_floats);
  const entry = mapStructure<unknown, unknown>(node.inputs as Nested<unknown>, (value) =>
    is_keras_tensor(value)
      ? [...reference(value, numbers), kwargs]
      : ['_CONSTANT_VALUE', -1, plainValue(value), kwargs],
  );
  const nested = Array.isArray(node.inputs) || isPlainObject(node.inputs);
  return nested || node.layer._preserve_input_structure_in_config ? entry : [entry];
}

function layerConfig(
  layer: Layer,
  used: ReadonlySet<Node>,
  numbers: ReadonlyMap<Node, number>,
): Config {
  const calls = layer._inbound_nodes.filter((node) => used.has(node) && !node.is_input);
  return {
    ...(serialize_keras_object(layer) as Config),
    name: layer.name,
    inbound_nodes: calls.map((node) => callConfig(node, numbers)),
  };
}

function endpoints(tensors: Symbolic, numbers: ReadonlyMap<Node, number>): unknown {
  const references = mapStructure<KerasTensor, unknown>(tensors, (t) => reference(t, numbers));
  return is_keras_tensor(tensors) ? [references] : references;
}

/** The layers and connections of a functional model in the legacy form of Keras 2.15. */
export function networkConfig(graph: GraphNetwork): Config {
  const used = new Set(graph.nodes);
  const numbers = numberCalls(graph);
  return {
    layers: graph.layers.map((layer) => layerConfig(layer, used, numbers)),
    input_layers: endpoints(graph.nested_inputs, numbers),
    output_layers: endpoints(graph.nested_outputs, numbers),
  };
}
