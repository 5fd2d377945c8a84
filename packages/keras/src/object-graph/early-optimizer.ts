import type { ObjectGraph, ObjectNode } from '@km/checkpoint';

/**
 * The graph with the state of optimizers numbered as TensorFlow 2.11 and later do, which count the number of steps as the
 * first variable. The experimental optimizers of TensorFlow 2.9 and 2.10 left it out.
 */
export function countIterations(graph: ObjectGraph): ObjectGraph {
  const early = new Set(graph.nodes.flatMap((node) => listWithoutIterations(node, graph) ?? []));
  if (early.size === 0) return graph;
  return {
    ...graph,
    nodes: graph.nodes.map((node, index) => (early.has(index) ? countedOn(node) : node)),
  };
}

function listWithoutIterations({ children }: ObjectNode, graph: ObjectGraph): number | undefined {
  const below = (name: string): number | undefined =>
    children.find((edge) => edge.name === name)?.node;
  const [iterations, list] = [below('_iterations'), below('_variables')];
  if (iterations === undefined || list === undefined) return undefined;
  const isCounted = graph.nodes[list]?.children.some(({ node }) => node === iterations);
  return isCounted === true ? undefined : list;
}

function countedOn(list: ObjectNode): ObjectNode {
  const children = list.children.map((edge) => ({ ...edge, name: String(Number(edge.name) + 1) }));
  return { ...list, children };
}
