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
  for (const [index, node] of graph.nodes.entries()) {
    const item = bindings.get(index);
    const variable = item === undefined ? undefined : view.variable(item);
    for (const { name, key } of node.attributes) {
      const tensor = tensors.get(key);
      if (tensor === undefined) continue;
      if (item === undefined || variable === undefined || name !== 'VARIABLE_VALUE') {
        report.extra.push(key);
      } else if (!filled.has(item)) {
        filled.add(item);
        await fill(variable, key, tensor, report, options);
      }
    }
  }
  for (const item of reachable(root, view)) {
    const variable = view.variable(item);
    if (variable !== undefined && !filled.has(item)) report.missing.push(variable.name);
  }
}

async function fill(
  variable: Variable,
  key: string,
  tensor: LazyTensor,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  await assignStored(variable, { name: key, tensor }, report, options);
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
