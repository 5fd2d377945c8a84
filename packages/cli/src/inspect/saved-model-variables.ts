import type { ReadOptions } from '@km/core';
import type { BoundVariable, MetaGraph, SavedModel, SavedObjectGraph } from '@km/savedmodel';
import type { WeightsByLayer } from './common-sections.ts';
import { type TensorFacts, tensorFacts } from './inspection.ts';

/** Variables of a SavedModel by what they are for. */
export interface SavedVariables {
  readonly weights: readonly TensorFacts[];
  /** State of optimizers, and what belongs to no object any more. */
  readonly optimizer: readonly TensorFacts[];
  readonly metrics: readonly TensorFacts[];
  /** Variables without a value, by their path. */
  readonly missing: readonly string[];
  /** Weights of each layer, by the index of its object. */
  readonly ofNode: (node: number) => readonly TensorFacts[];
}

/** Finds the variables of a graph with objects, or the tensors of one of TensorFlow 1. */
export async function savedVariables(
  model: SavedModel,
  metaGraph: MetaGraph,
  options: ReadOptions,
): Promise<SavedVariables> {
  const graph = metaGraph.objectGraph;
  if (graph === undefined) return graphVariables(model, options);
  const { bindVariables, nodePaths } = await import('@km/savedmodel');
  const { variables, unbound } = await bindVariables(model, metaGraph, {
    ...options,
    allowUnbound: true,
  });
  const paths = nodePaths(graph);
  const group = (matches: (path: string) => boolean): TensorFacts[] =>
    [...variables.values()]
      .filter(({ node }) => matches(paths[node] ?? 'root.optimizer'))
      .map(variableFacts);
  const isOptimizer = (path: string): boolean => path.startsWith('root.optimizer');
  const isMetric = (path: string): boolean => path.startsWith('root.keras_api.metrics');
  return {
    weights: group((path) => !isOptimizer(path) && !isMetric(path)),
    optimizer: group(isOptimizer),
    metrics: group(isMetric),
    missing: unbound.map(({ node, path }) => path ?? `object ${node}`),
    ofNode: (node) =>
      reachable(graph, node).flatMap((id) => {
        const variable = variables.get(id);
        return variable === undefined ? [] : [variableFacts(variable)];
      }),
  };
}

async function graphVariables(model: SavedModel, options: ReadOptions): Promise<SavedVariables> {
  const checkpoint = await model.openVariables(options);
  const weights = [...(checkpoint?.tensors ?? [])].map(([name, tensor]) =>
    tensorFacts(name, tensor),
  );
  return { weights, optimizer: [], metrics: [], missing: [], ofNode: () => [] };
}

function variableFacts({ variable, tensor, key }: BoundVariable): TensorFacts {
  return { ...tensorFacts(variable.name, tensor), trainable: variable.trainable, key };
}

/** Objects that an object leads to, each once, itself first. */
function reachable(graph: SavedObjectGraph, from: number): number[] {
  const found = new Set([from]);
  // A set hands out what is added while it is walked.
  for (const id of found) {
    for (const { node } of graph.nodes[id]?.children ?? []) found.add(node);
  }
  return [...found];
}

/** Weights of the layers right below the root, by the names that the Keras metadata gives them. */
export function weightsOfNodes(
  names: ReadonlyMap<string, number>,
  variables: SavedVariables,
): WeightsByLayer {
  return new Map([...names].map(([name, node]) => [name, variables.ofNode(node)]));
}
