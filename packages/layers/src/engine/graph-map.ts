import type { KerasTensor } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { kerasTensorsIn, layerOf, type Node, nodeOf } from './node.ts';

/** The calls and layers between the inputs and the outputs of a model. */
export interface GraphMap {
  /** Calls by distance from the outputs; the largest depth runs first. */
  readonly nodesByDepth: Map<number, Node[]>;
  /** Layers from the inputs to the outputs, in Keras's order. */
  readonly layers: Layer[];
}

/** Calls from inputs to outputs and the order in which the layers were first met. */
interface Traversal {
  readonly ordered: Node[];
  readonly layerOrder: Map<Layer, number>;
}

/** One step of the walk: enter a call, or leave it once all calls before it are done. */
type Step = { readonly node: Node; readonly leave: boolean };

/** Walks depth first from the outputs; a stack of its own, since deep models overflow the call stack. */
function traverse(outputs: readonly KerasTensor[]): Traversal {
  const finished = new Set<Node>();
  const inProgress = new Set<Node>();
  const ordered: Node[] = [];
  const layerOrder = new Map<Layer, number>();
  const steps: Step[] = outputs.map((tensor) => ({ node: nodeOf(tensor), leave: false })).reverse();
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { node, leave } = step;
    if (leave) {
      finished.add(node);
      inProgress.delete(node);
      ordered.push(node);
      continue;
    }
    if (finished.has(node)) continue;
    if (inProgress.has(node)) {
      throw new RangeError(`A tensor from layer "${node.layer.name}" is part of a cycle.`);
    }
    if (!layerOrder.has(node.layer)) layerOrder.set(node.layer, layerOrder.size);
    inProgress.add(node);
    steps.push({ node, leave: true });
    for (const parent of node.parent_nodes.reverse()) steps.push({ node: parent, leave: false });
  }
  return { ordered, layerOrder };
}

/** Distances from the outputs: of a call the longest way, of a layer that of its farthest call. */
function measureDepths(ordered: readonly Node[]): [Map<Node, number>, Map<Layer, number>] {
  const nodeDepths = new Map<Node, number>();
  const layerDepths = new Map<Layer, number>();
  for (const node of [...ordered].reverse()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    nodeDepths.set(node, depth);
    for (const parent of node.parent_nodes) {
      nodeDepths.set(parent, Math.max(depth + 1, nodeDepths.get(parent) ?? 0));
    }
  }
  return [nodeDepths, layerDepths];
}

/** The entries of a map in groups of equal depth, the largest depth first. */
function groupByDepth<T>(depths: ReadonlyMap<T, number>): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const [item, depth] of depths) {
    const group = groups.get(depth);
    if (group === undefined) groups.set(depth, [item]);
    else group.push(item);
  }
  return new Map([...groups].sort(([a], [b]) => b - a));
}

function checkConnected(
  nodesByDepth: ReadonlyMap<number, Node[]>,
  inputs: readonly KerasTensor[],
): void {
  const known = new Set(inputs);
  const passed: string[] = [];
  for (const node of [...nodesByDepth.values()].flat()) {
    if (node.is_input) continue;
    const missing = node.keras_inputs.find((tensor) => !known.has(tensor));
    if (missing !== undefined) {
      throw new RangeError(
        `Graph disconnected: cannot obtain value for tensor "${missing.name}" at layer "${node.layer.name}". The following previous layers were accessed without issue: [${passed.join(', ')}]`,
      );
    }
    for (const output of kerasTensorsIn(node.outputs)) known.add(output);
    passed.push(node.layer.name);
  }
}

function checkNames(layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  for (const { name } of layers) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) {
    if (count === 1) continue;
    throw new RangeError(
      `The name "${name}" is used ${String(count)} times in the model. All layer names should be unique.`,
    );
  }
}

/**
 * Finds the calls and layers of a model from its inputs and outputs, in Keras's order.
 * @throws RangeError when an output needs a tensor that the inputs do not give, or two layers share a name.
 */
export function mapGraph(
  inputs: readonly KerasTensor[],
  outputs: readonly KerasTensor[],
): GraphMap {
  const { ordered, layerOrder } = traverse(outputs);
  const [nodeDepths, layerDepths] = measureDepths(ordered);
  // Inputs that no output uses may still feed losses and metrics.
  for (const input of inputs) {
    const layer = layerOf(input);
    if (layerDepths.has(layer)) continue;
    layerDepths.set(layer, 0);
    layerOrder.set(layer, -1);
    nodeDepths.set(nodeOf(input), 0);
  }
  const nodesByDepth = groupByDepth(nodeDepths);
  const position = (layer: Layer): number => layerOrder.get(layer) ?? 0;
  const layers = [...groupByDepth(layerDepths).values()].flatMap((group) =>
    group.sort((a, b) => position(a) - position(b)),
  );
  checkConnected(nodesByDepth, inputs);
  checkNames(layers);
  return { nodesByDepth, layers };
}
