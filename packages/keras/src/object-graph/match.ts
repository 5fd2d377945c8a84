import type { ObjectGraph, ObjectView } from '@km/checkpoint';
import type { LazyTensor, TensorMap } from '@km/core';
import type { Variable } from '@km/layers';
import { type AssignOptions, assignStored } from '../load/assign.ts';
import type { ReportBuilder } from '../load/load-report.ts';

/** How the objects of a program are walked, and which of them are variables. */
export interface LiveView<Item> extends ObjectView<Item> {
  /** The variable that an object is; `undefined` for others. */
  variable(item: Item): Variable | undefined;
}

/** Objects of a checkpoint bound to those of a program. */
type Bindings<Item> = Map<number, Item>;

/**
 * Restores the objects of a program from an object graph, as `tf.train.Checkpoint.restore`: edges are followed by name
 * from the root, breadth first; the first binding of an object counts; then the slots of optimizers.
 * What has a value on one side only is reported as missing or extra.
 */
export async function matchObjectGraph<Item>(
  graph: ObjectGraph,
  tensors: TensorMap,
  root: Item,
  view: LiveView<Item>,
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const bindings = bind(graph, root, view);
  bindSlots(graph, bindings, view);
  const filled = new Set<Item>();
  for (const { item, key, name, tensor } of valuesOf(graph, tensors, bindings)) {
    const variable = item === undefined ? undefined : view.variable(item);
    if (item === undefined || variable === undefined || name !== 'VARIABLE_VALUE') {
      report.extra.push(key);
    } else if (!filled.has(item)) {
      filled.add(item);
      await assignStored(variable, { name: key, tensor }, report, options);
    }
  }
  report.missing.push(...unfilled(root, view, filled));
}

/** The values of a checkpoint with the objects that they are bound to. */
function valuesOf<Item>(
  graph: ObjectGraph,
  tensors: TensorMap,
  bindings: Bindings<Item>,
): { item: Item | undefined; name: string; key: string; tensor: LazyTensor }[] {
  return graph.nodes.flatMap(({ attributes }, index) =>
    attributes.flatMap(({ name, key }) => {
      const tensor = tensors.get(key);
      return tensor === undefined ? [] : [{ item: bindings.get(index), name, key, tensor }];
    }),
  );
}

/** Names of the variables that got no value. */
function unfilled<Item>(root: Item, view: LiveView<Item>, filled: ReadonlySet<Item>): string[] {
  return [...reachable(root, view)].flatMap((item) => {
    const variable = filled.has(item) ? undefined : view.variable(item);
    return variable === undefined ? [] : [variable.name];
  });
}

function bind<Item>(graph: ObjectGraph, root: Item, view: LiveView<Item>): Bindings<Item> {
  const bindings: Bindings<Item> = new Map([[0, root]]);
  // A map hands out what is added while it is walked, which makes the walk breadth-first.
  for (const [index, item] of bindings) {
    const live = new Map(view.children(item));
    for (const { name, node } of graph.nodes[index]?.children ?? []) {
      const child = live.get(name);
      if (child !== undefined && !bindings.has(node)) bindings.set(node, child);
    }
  }
  return bindings;
}

function bindSlots<Item>(graph: ObjectGraph, bindings: Bindings<Item>, view: LiveView<Item>): void {
  for (const [index, item] of [...bindings]) {
    const live = [...view.slots(item)];
    for (const { name, variable, node } of graph.nodes[index]?.slots ?? []) {
      const owner = bindings.get(variable);
      const slot = live.find((found) => found.name === name && found.variable === owner);
      if (slot !== undefined && !bindings.has(node)) bindings.set(node, slot.value);
    }
  }
}

/** All objects that can be reached from a root, slots included. */
function reachable<Item>(root: Item, view: LiveView<Item>): ReadonlySet<Item> {
  const found = new Set([root]);
  for (const item of found) {
    for (const [, child] of view.children(item)) found.add(child);
    for (const { value } of view.slots(item)) found.add(value);
  }
  return found;
}
