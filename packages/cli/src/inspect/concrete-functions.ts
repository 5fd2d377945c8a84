import type { ConcreteFunction, MetaGraph, SavedGraph, SavedObjectGraph } from '@km/savedmodel';
import { CALL, loadedNames } from './load-order.ts';

type NodeDef = SavedGraph['nodes'][number];

/** A function of the root with its traces, in the order in which TensorFlow lists them. */
export interface RootFunction {
  readonly name: string;
  readonly traces: readonly ConcreteFunction[];
}

/** Functions of the root, sorted by name; none for graphs of TensorFlow 1. */
export function rootFunctions({ objectGraph, graph }: MetaGraph): readonly RootFunction[] {
  if (objectGraph === undefined) return [];
  const found = namedTraces(objectGraph);
  if (found.size === 0) return [];
  const loaded = loadedNames(graph.functions);
  return [...found].sort(byFirst).map(([name, traces]) => ({
    name,
    traces: traces
      .map((trace) => [loaded.get(trace) ?? trace, trace] as const)
      .sort(byFirst)
      .flatMap(([, trace]) => objectGraph.concreteFunctions.get(trace) ?? []),
  }));
}

function namedTraces({ nodes }: SavedObjectGraph): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, node } of nodes[0]?.children ?? []) {
    const value = nodes[node]?.value;
    if (value?.kind === 'function') found.set(name, value.concreteFunctions);
    if (value?.kind === 'bareConcreteFunction') found.set(name, [value.concreteFunction]);
  }
  return found;
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Names of the ops that a graph and the functions that it calls use, sorted. */
export function reachableOps({ graph }: MetaGraph): readonly string[] {
  const used = new Set<string>();
  const pending: (readonly NodeDef[])[] = [graph.nodes];
  const use = (op: string): void => {
    if (used.has(op)) return;
    used.add(op);
    const body = graph.functions.get(op);
    if (body !== undefined) pending.push(body.nodeDef);
  };
  for (let nodes = pending.pop(); nodes !== undefined; nodes = pending.pop()) {
    for (const { op, attr } of nodes) {
      use(op);
      if (CALL.test(op)) use(attr.f?.func?.name ?? '');
    }
  }
  for (const name of graph.functions.names) used.delete(name);
  used.delete('');
  return [...used].sort();
}
