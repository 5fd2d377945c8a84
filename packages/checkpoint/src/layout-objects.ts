import type { ObjectEdge, ObjectGraph, ObjectNode, ObjectSlot } from './object-graph.ts';

/** A value of an object that goes into a checkpoint. */
export interface ObjectValue {
  /** Kind of the value: `VARIABLE_VALUE` for a variable. */
  readonly name: string;
  /** Name of the variable, `dense/kernel`; empty for others. */
  readonly fullName: string;
}

/** How the objects of a program are walked. */
export interface ObjectView<Item> {
  /** Named edges to other objects, in order. */
  children(item: Item): Iterable<readonly [name: string, child: Item]>;
  /** Values of an object, in order. */
  values(item: Item): Iterable<ObjectValue>;
  /** State that an optimizer keeps per variable, in order; variables that are not part of the graph are left out. */
  slots(
    item: Item,
  ): Iterable<{ readonly name: string; readonly variable: Item; readonly value: Item }>;
}

/** Where a value of an object goes. */
export interface PlacedValue<Item> {
  readonly item: Item;
  /** Kind of the value. */
  readonly name: string;
  /** Name of the tensor. */
  readonly key: string;
}

/** Objects laid out for a checkpoint. */
export interface ObjectLayout<Item> {
  readonly graph: ObjectGraph;
  /** Values in the order in which TensorFlow writes them. */
  readonly values: readonly PlacedValue<Item>[];
}

interface Placed<Item> {
  readonly item: Item;
  /** Escaped names of the edges from the root, joined by `/`. */
  readonly path: string;
  readonly edges: ObjectEdge[];
  readonly slots: ObjectSlot[];
}

/**
 * Numbers the objects that can be reached from a root, breadth-first, and names their values by the first path to each.
 * State of optimizers that hangs on no edge follows at the end, slot name by slot name, variables in order.
 */
export function layoutObjects<Item>(root: Item, view: ObjectView<Item>): ObjectLayout<Item> {
  const placed = placeObjects(root, view);
  placeSlots(placed, view);
  const values: PlacedValue<Item>[] = [];
  const nodes = [...placed.values()].map(({ item, path, edges, slots }): ObjectNode => {
    const attributes = Array.from(view.values(item), ({ name, fullName }) => ({
      name,
      fullName,
      key: valueKey(path, name),
    }));
    for (const { name, key } of attributes) values.push({ item, name, key });
    return { children: edges, attributes, slots };
  });
  return { graph: { nodes: withMarks(nodes) }, values };
}

/** Escapes the name of an edge for use in a key: `.` becomes `..`, `/` becomes `.S`. */
export function escapeEdge(name: string): string {
  return name.replaceAll('.', '..').replaceAll('/', '.S');
}

/** Name of the tensor of a value, from the escaped path of its object. */
export function valueKey(path: string, name: string): string {
  return `${path}/.ATTRIBUTES/${name}`;
}

function placeObjects<Item>(root: Item, view: ObjectView<Item>): Map<Item, Placed<Item>> {
  const placed = new Map<Item, Placed<Item>>([
    [root, { item: root, path: '', edges: [], slots: [] }],
  ]);
  const ids = new Map<Item, number>([[root, 0]]);
  // A map hands out what is added while it is walked, which makes the walk breadth-first.
  for (const { item, path, edges } of placed.values()) {
    for (const [name, child] of view.children(item)) {
      if (!placed.has(child)) {
        ids.set(child, placed.size);
        const below = path === '' ? escapeEdge(name) : `${path}/${escapeEdge(name)}`;
        placed.set(child, { item: child, path: below, edges: [], slots: [] });
      }
      edges.push({ name, node: ids.get(child) ?? 0 });
    }
  }
  return placed;
}

function placeSlots<Item>(placed: Map<Item, Placed<Item>>, view: ObjectView<Item>): void {
  const ids = new Map([...placed.keys()].map((item, index) => [item, index]));
  for (const optimizer of [...placed.values()]) {
    const found = [...view.slots(optimizer.item)].filter(({ variable }) => placed.has(variable));
    const names = [...new Set(found.map(({ name }) => name))];
    const order = (slot: (typeof found)[number]): number => ids.get(slot.variable) ?? 0;
    found.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name) || order(a) - order(b));
    for (const { name, variable, value } of found) {
      const owner = placed.get(variable)?.path ?? '';
      const path = `${owner}/.OPTIMIZER_SLOT/${optimizer.path}/${escapeEdge(name)}`;
      if (!placed.has(value)) {
        ids.set(value, placed.size);
        placed.set(value, { item: value, path, edges: [], slots: [] });
      }
      optimizer.slots.push({
        name,
        variable: order({ name, variable, value }),
        node: ids.get(value) ?? 0,
      });
    }
  }
}

/** Marks each object that has values or leads to one that has. */
function withMarks(nodes: readonly ObjectNode[]): ObjectNode[] {
  const marked = new Set<number>();
  const parents = new Map<number, number[]>();
  const pending: number[] = [];
  for (const [index, { children, attributes, slots }] of nodes.entries()) {
    if (attributes.length > 0 || slots.length > 0) pending.push(index);
    for (const { node } of children) parents.set(node, [...(parents.get(node) ?? []), index]);
  }
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (marked.has(index)) continue;
    marked.add(index);
    pending.push(...(parents.get(index) ?? []));
  }
  return nodes.map((node, index) => ({ ...node, hasValues: marked.has(index) }));
}
