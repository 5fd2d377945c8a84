import { getClass } from '../engine/class-of.ts';
import type { GraphNetwork } from '../engine/graph-network.ts';
import { InputLayer } from '../engine/input-layer.ts';
import { KerasTensor, type Symbolic } from '../engine/keras-tensor.ts';
import type { Layer } from '../engine/layer.ts';
import { Model } from '../engine/model.ts';
import { flatten, mapStructure } from '../engine/nest.ts';
import { kerasTensorsIn, layerOf, type Node } from '../engine/node.ts';
import { Sequential } from '../engine/sequential.ts';

/** Makes the layer that takes the place of a layer in a clone. */
export type CloneFunction = (layer: Layer) => Layer;

function cloneLayer(layer: Layer): Layer {
  return getClass(layer).from_config(layer.get_config());
}

/** Repeats the calls of a graph on other tensors, those of one layer in their order. */
function repeatCalls(
  graph: GraphNetwork,
  layers: ReadonlyMap<Layer, Layer>,
  tensors: Map<KerasTensor, KerasTensor>,
): void {
  const used = new Set(graph.nodes);
  const waiting = graph.layers.map((layer) => ({
    copy: layers.get(layer) ?? layer,
    nodes: layer._inbound_nodes.filter((node) => used.has(node) && !node.is_input),
  }));
  const isReady = (node: Node): boolean => node.keras_inputs.every((tensor) => tensors.has(tensor));
  while (waiting.some(({ nodes }) => nodes.length > 0)) {
    for (const { copy, nodes } of waiting) {
      for (let [node] = nodes; node !== undefined && isReady(node); [node] = nodes) {
        nodes.shift();
        const { inputs, kwargs } = node.mapArguments((tensor) => tensors.get(tensor) ?? tensor);
        const made = kerasTensorsIn(copy.apply<Symbolic>(inputs as Symbolic, kwargs));
        kerasTensorsIn(node.outputs).forEach((tensor, i) => {
          const output = made[i];
          if (output !== undefined) tensors.set(tensor, output);
        });
      }
    }
  }
}

function cloneFunctional(
  model: Model,
  graph: GraphNetwork,
  input_tensors: readonly KerasTensor[] | null,
  clone_function: CloneFunction,
): Model {
  const layers = new Map<Layer, Layer>();
  const tensors = new Map<KerasTensor, KerasTensor>();
  graph.inputs.forEach((input, i) => {
    const original = layerOf(input);
    const given = input_tensors?.[i];
    const layer = given === undefined ? cloneLayer(original) : layerOf(given);
    layers.set(original, layer);
    const tensor = given ?? layer.output;
    if (tensor instanceof KerasTensor) tensors.set(input, tensor);
  });
  for (const layer of graph.layers) {
    if (!layers.has(layer)) layers.set(layer, clone_function(layer));
  }
  repeatCalls(graph, layers, tensors);
  const copyOf = (tensor: KerasTensor): KerasTensor => tensors.get(tensor) ?? tensor;
  const inputs = mapStructure(graph.nested_inputs, copyOf);
  const outputs = mapStructure(graph.nested_outputs, copyOf);
  const clone = new Model({ inputs, outputs, name: model.name });
  const extra = [...layers.values()].filter((layer) => !clone.layers.includes(layer));
  if (extra.length > 0) {
    const nodes = [...layers.values()].flatMap((layer) => layer._inbound_nodes);
    clone._graph?.insert(extra, nodes);
  }
  return clone;
}

function cloneSequential(
  model: Sequential,
  input_tensors: readonly KerasTensor[] | null,
  clone_function: CloneFunction,
): Model {
  const [first] = model._graph?.layers ?? [];
  const [input] = input_tensors ?? [];
  const head = first instanceof InputLayer ? [cloneLayer(first)] : [];
  const start = input === undefined ? head : [layerOf(input)];
  return new Sequential({
    layers: [...start, ...model.layers.map(clone_function)],
    name: model.name,
  });
}

/**
 * Makes a model of the same architecture with new layers and new weights.
 * `input_tensors` are symbolic tensors to build on; `clone_function` makes the copy of a layer.
 */
export function clone_model(
  model: Model,
  input_tensors: Symbolic | null = null,
  clone_function: CloneFunction = cloneLayer,
): Model {
  const inputs = input_tensors === null ? null : flatten<KerasTensor>(input_tensors);
  if (model instanceof Sequential) return cloneSequential(model, inputs, clone_function);
  if (model._graph !== null) return cloneFunctional(model, model._graph, inputs, clone_function);
  const clone = cloneLayer(model);
  if (clone instanceof Model) return clone;
  throw new TypeError(`from_config of model ${model.name} gave no model.`);
}
