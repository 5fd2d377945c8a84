import type {
  ConcreteFunction,
  FunctionLibrary,
  MetaGraph,
  SavedObjectGraph,
} from '@km/savedmodel';

/** What a function refers to in other functions of its library. */
type FunctionDef = NonNullable<ReturnType<FunctionLibrary['get']>>;

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
  const order = new Map(loadOrder(graph.functions).map((name, i) => [name, i]));
  const key = (name: string): string => `${cleanName(name)}_${padded(order.get(name) ?? 0)}`;
  return [...found].sort(byFirst).map(([name, traces]) => ({
    name,
    traces: traces
      .map((trace) => [key(trace), trace] as const)
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

/** Name without the prefix and the number that TensorFlow replaces when it loads a function. */
function cleanName(name: string): string {
  return /^__inference_(.*)_\d+$/.exec(name)?.[1] ?? name;
}

/** Numbers as texts that sort like numbers. */
function padded(index: number): string {
  return String(index).padStart(9, '0');
}

/**
 * Order in which TensorFlow loads functions, and so numbers them: those that others refer to first, the last of what is
 * ready before the rest. Functions in a cycle are left out.
 */
function loadOrder(library: FunctionLibrary): readonly string[] {
  const users = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const name of library.names) {
    const needs = dependencies(library, library.get(name));
    waiting.set(name, needs.size);
    for (const need of needs) users.set(need, [...(users.get(need) ?? []), name]);
  }
  const ready = library.names.filter((name) => waiting.get(name) === 0);
  const order: string[] = [];
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    order.push(name);
    for (const user of users.get(name) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return order;
}

function dependencies(library: FunctionLibrary, body: FunctionDef | undefined): Set<string> {
  const names = new Set(library.names);
  const gradients = new Map(
    library.registeredGradients.map(({ registeredOpType, gradientFunc }) => [
      registeredOpType,
      gradientFunc,
    ]),
  );
  const found = new Set<string>();
  for (const node of body?.nodeDef ?? []) {
    const gradient = gradients.get(gradientType(node) ?? '');
    if (names.has(node.op)) found.add(node.op);
    else if (gradient !== undefined) found.add(gradient);
    else for (const name of attributeFunctions(node)) found.add(name);
  }
  return found;
}

type NodeDef = FunctionDef['nodeDef'][number];

function gradientType({ op, attr }: NodeDef): string | undefined {
  const bytes = /^(Stateful)?PartitionedCall$/.test(op) ? undefined : attr._gradient_op_type?.s;
  return bytes ? new TextDecoder().decode(bytes) : undefined;
}

function attributeFunctions({ attr }: NodeDef): string[] {
  return Object.values(attr).flatMap(({ func, list }) =>
    [...(func ? [func] : []), ...(list?.func ?? [])].map(({ name }) => name),
  );
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
      if (/^(Stateful)?PartitionedCall$/.test(op)) use(attr.f?.func?.name ?? '');
    }
  }
  for (const name of graph.functions.names) used.delete(name);
  used.delete('');
  return [...used].sort();
}
