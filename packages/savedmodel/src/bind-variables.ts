import type { Checkpoint, ObjectGraph } from '@km/checkpoint';
import { type LazyTensor, MalformedError, NotFoundError, type ReadOptions } from '@km/core';
import type { MetaGraph } from './meta-graph.ts';
import { nodePaths } from './node-paths.ts';
import type { SavedModel } from './read.ts';
import type { SavedNode, SavedObjectGraph, VariableKind } from './saved-node.ts';

/** A variable with its value in the checkpoint. */
export interface BoundVariable {
  /** Index in the objects of the graph. */
  readonly node: number;
  readonly variable: VariableKind;
  /** Name of the tensor in the checkpoint. */
  readonly key: string;
  readonly tensor: LazyTensor;
}

/** State of an optimizer for a variable. */
export interface BoundSlot {
  /** Index of the optimizer in the objects of the graph. */
  readonly optimizer: number;
  /** Index of the variable that the state belongs to. */
  readonly variable: number;
  /** Name of the state, such as `momentum`. */
  readonly name: string;
  readonly key: string;
  readonly tensor: LazyTensor;
}

/** A variable without a value, and why. */
export interface UnboundVariable {
  readonly node: number;
  readonly path: string | undefined;
  readonly reason: string;
}

/** How the objects of a SavedModel and the tensors of its checkpoint belong together. */
export interface VariableBindings {
  /** Variables by the index of their object. */
  readonly variables: ReadonlyMap<number, BoundVariable>;
  readonly slots: readonly BoundSlot[];
  /** Values of other objects, such as `table` of a lookup table: name to key, by the index of the object. */
  readonly values: ReadonlyMap<number, ReadonlyMap<string, string>>;
  readonly unbound: readonly UnboundVariable[];
}

/** How strictly variables are bound. */
export interface BindVariablesOptions extends ReadOptions {
  /** Lists variables without value instead of throwing; false unless set. */
  readonly allowUnbound?: boolean;
}

/** Name of the value of a variable in the object graph of a checkpoint. */
const VARIABLE_VALUE = 'VARIABLE_VALUE';

/**
 * Finds the tensor of every variable by walking the objects of the model and of its checkpoint side by side, by the
 * names of their edges, as TensorFlow does.
 * @throws NotFoundError when a variable has no value, unless `allowUnbound`; MalformedError when dtype or shape differ.
 */
export async function bindVariables(
  model: SavedModel,
  metaGraph: MetaGraph,
  options: BindVariablesOptions = {},
): Promise<VariableBindings> {
  const graph = metaGraph.objectGraph ?? { nodes: [], concreteFunctions: new Map() };
  const checkpoint = await model.openVariables(options);
  const objects = (await checkpoint?.readObjectGraph({ signal: options.signal })) ?? { nodes: [] };
  const places = matchObjects(graph, objects);
  const bindings = bind(graph, objects, places, checkpoint);
  const [first] = bindings.unbound;
  if (first === undefined || options.allowUnbound === true) return bindings;
  throw new NotFoundError(
    `${bindings.unbound.length} of the model's variables have no value; the first is ${first.path ?? `object ${first.node}`}: ` +
      `${first.reason}. The variables belong to another model or are incomplete.`,
    { source: model.directory, ...(first.path === undefined ? {} : { path: first.path }) },
  );
}

type Places = ReadonlyMap<number, number>;

/** Object of the checkpoint for each object of the model that both reach by the same names. */
function matchObjects(graph: SavedObjectGraph, objects: ObjectGraph): Places {
  const places = new Map<number, number>();
  if (graph.nodes.length === 0 || objects.nodes.length === 0) return places;
  places.set(0, 0);
  for (const [saved, place] of places) {
    const edges = new Map(objects.nodes[place]?.children.map(({ name, node }) => [name, node]));
    for (const { name, node } of graph.nodes[saved]?.children ?? []) {
      const target = edges.get(name);
      // Entries added while a Map is walked are visited too.
      if (target !== undefined && !places.has(node)) places.set(node, target);
    }
  }
  for (const [saved, place] of [...places]) matchSlots(graph.nodes[saved], objects, place, places);
  return places;
}

function matchSlots(
  optimizer: SavedNode | undefined,
  objects: ObjectGraph,
  place: number,
  places: Map<number, number>,
): void {
  for (const { name, variable, node } of optimizer?.slots ?? []) {
    const slot = objects.nodes[place]?.slots.find(
      (candidate) => candidate.name === name && candidate.variable === places.get(variable),
    );
    if (slot !== undefined && !places.has(node)) places.set(node, slot.node);
  }
}

function bind(
  graph: SavedObjectGraph,
  objects: ObjectGraph,
  places: Places,
  checkpoint: Checkpoint | undefined,
): VariableBindings {
  const variables = new Map<number, BoundVariable>();
  const values = new Map<number, ReadonlyMap<string, string>>();
  const unbound: UnboundVariable[] = [];
  const paths = nodePaths(graph);
  for (const { id, value } of graph.nodes) {
    const place = places.get(id);
    const attributes = place === undefined ? [] : (objects.nodes[place]?.attributes ?? []);
    const keys = new Map(attributes.map(({ name, key }) => [name, key]));
    if (value.kind !== 'variable') {
      if (keys.size > 0) values.set(id, keys);
      continue;
    }
    const key = keys.get(VARIABLE_VALUE);
    const bound = bindVariable(id, value, key, checkpoint, paths[id]);
    if (bound !== undefined) variables.set(id, bound);
    else if (value.components.length === 0) {
      unbound.push({ node: id, path: paths[id], reason: unboundReason(checkpoint, place, key) });
    }
  }
  const slots = graph.nodes.flatMap((node) => slotsOf(node, variables));
  return { variables, values, unbound, slots };
}

function bindVariable(
  node: number,
  variable: VariableKind,
  key: string | undefined,
  checkpoint: Checkpoint | undefined,
  path: string | undefined,
): BoundVariable | undefined {
  const tensor = key === undefined ? undefined : checkpoint?.tensors.get(key);
  if (key === undefined || tensor === undefined) return undefined;
  checkVariable(variable, tensor, path);
  return { node, variable, key, tensor };
}

function slotsOf(node: SavedNode, variables: ReadonlyMap<number, BoundVariable>): BoundSlot[] {
  return node.slots.flatMap(({ name, variable, node: holder }) => {
    const bound = variables.get(holder);
    if (bound === undefined) return [];
    return [{ optimizer: node.id, variable, name, key: bound.key, tensor: bound.tensor }];
  });
}

function unboundReason(
  checkpoint: Checkpoint | undefined,
  place: number | undefined,
  key: string | undefined,
): string {
  if (checkpoint === undefined) return 'there is no variables/variables.index';
  if (place === undefined) return 'the checkpoint has no object on its path';
  if (key === undefined) return 'its object in the checkpoint has no value';
  return `the checkpoint has no tensor ${JSON.stringify(key)}`;
}

function checkVariable(
  { dtype, shape }: VariableKind,
  tensor: LazyTensor,
  path: string | undefined,
): void {
  const fits =
    shape === null ||
    (shape.length === tensor.shape.length &&
      shape.every((size, axis) => size === null || size === tensor.shape[axis]));
  if (fits && dtype === tensor.dtype) return;
  const found = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  throw new MalformedError(
    `The variable ${path ?? ''} is ${dtype} [${shape?.join(', ') ?? '?'}], its value in the checkpoint ${found}; ` +
      'the variables belong to another model.',
    path === undefined ? {} : { path },
  );
}
