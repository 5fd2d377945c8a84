import type { ObjectGraph, ObjectNode } from '@km/checkpoint';
import { UnsupportedError } from '@km/core';
import { getClassName, optimizers, Variable } from '@km/layers';
import { innerOptimizer, type StatefulOptimizer } from './optimizer-family.ts';

/** Finds the variables that an optimizer trains; null when nothing says which they are. */
export type TrainableVariables = (optimizer: object) => readonly Variable[] | null;

/** What else is known while the state of an optimizer is translated. */
export interface CrossingContext {
  /** The object that an object of the checkpoint is bound to. */
  bound(node: number): object | undefined;
  readonly trainables: TrainableVariables;
}

/** Stands for a value that the other family has no variable for and does not need. */
export const SETTLED: object = Object.freeze({});

type Pairs = [node: number, item: object][];

/** The state of an optimizer in terms of one of the other family. */
export interface Crossing {
  /** Objects of the checkpoint with their counterparts. */
  readonly pairs: Pairs;
  /** Variables that the other family has as arguments or not at all. */
  readonly settled: readonly Variable[];
}

/** Name of a slot of the legacy optimizer and of the list in which the current one keeps the same numbers. */
type SlotNames = readonly (readonly [slot: string, list: string])[];

/** Optimizers that compute the same in both families; Nadam weighs its momentum in two ways. */
const SLOTS: ReadonlyMap<string, SlotNames> = new Map([
  [
    'Adam',
    [
      ['m', '_momentums'],
      ['v', '_velocities'],
      ['vhat', '_velocity_hats'],
    ],
  ],
  ['SGD', [['momentum', 'momentums']]],
  [
    'RMSprop',
    [
      ['rms', '_velocities'],
      ['momentum', '_momentums'],
      ['mg', '_average_gradients'],
    ],
  ],
  ['Adagrad', [['accumulator', '_accumulators']]],
  [
    'Adadelta',
    [
      ['accum_grad', '_accumulated_grads'],
      ['accum_var', '_accumulated_delta_vars'],
    ],
  ],
  [
    'Adamax',
    [
      ['m', '_m'],
      ['v', '_u'],
    ],
  ],
  [
    'Ftrl',
    [
      ['accumulator', '_accumulators'],
      ['linear', '_linears'],
    ],
  ],
]);

/**
 * Translates the state of an optimizer between the families of TensorFlow up to 2.10 and of 2.11 and later: both keep an
 * iteration, a learning rate and the same numbers for each trainable variable.
 * Gives null while the optimizer is not built and nothing says what it trains.
 * @throws UnsupportedError for an optimizer that the two families compute differently, or one of another size.
 */
export function crossFamilies(
  graph: ObjectGraph,
  node: number,
  item: object,
  context: CrossingContext,
): Crossing | null {
  const optimizer = innerOptimizer(item);
  const stored = graph.nodes[node];
  if (optimizer === null || stored === undefined) return null;
  const names = SLOTS.get(getClassName(optimizer));
  if (names === undefined) throw notTheSame(optimizer);
  const variables = trainedBy(optimizer, item, context);
  if (variables === null) return null;
  if (optimizer instanceof optimizers.Optimizer) {
    const slots = fromLegacy(stored, optimizer, names, context);
    const unused = optimizer instanceof optimizers.SGD && optimizer.momentum === 0;
    const settled = unused ? optimizer.momentums : [];
    return { pairs: [...scalars(stored, optimizer, LEGACY), ...slots], settled };
  }
  const slots = fromCurrent(graph, stored, optimizer, names, variables);
  const hypers = [...optimizer.hyper_variables.values()];
  const settled = hypers.filter((variable) => variable !== optimizer.learning_rate);
  return { pairs: [...scalars(stored, optimizer, CURRENT), ...slots], settled };
}

const LEGACY = { iterations: 'iter', rate: 'learning_rate' };
const CURRENT = { iterations: '_iterations', rate: '_learning_rate' };
/** Edges of current optimizers whose values stand elsewhere as well. */
const LISTS = ['_variables', '_index_dict'];

function trainedBy(
  optimizer: StatefulOptimizer,
  item: object,
  { trainables }: CrossingContext,
): readonly Variable[] | null {
  const known = trainables(item) ?? optimizer._built_for;
  if (known.length === 0) return null;
  optimizer.build(known);
  return optimizer._built_for;
}

/** The iteration and the learning rate; the other hyperparameters are arguments of the optimizer. */
function scalars(
  { children }: ObjectNode,
  optimizer: StatefulOptimizer,
  names: typeof LEGACY,
): Pairs {
  return children.flatMap(({ name, node }): Pairs => {
    if (name === names.iterations) return [[node, optimizer.iterations]];
    const rate = name === names.rate ? optimizer.learning_rate : undefined;
    if (rate instanceof Variable) return [[node, rate]];
    const isList = SLOT_LISTS.has(name) || LISTS.includes(name);
    return isList ? [] : [[node, SETTLED]];
  });
}

const SLOT_LISTS: ReadonlySet<string> = new Set(
  [...SLOTS.values()].flatMap((names) => names.map(([, list]) => list)),
);

function fromLegacy(
  { slots }: ObjectNode,
  optimizer: optimizers.Optimizer,
  names: SlotNames,
  { bound }: CrossingContext,
): Pairs {
  const lists = new Map(names);
  return slots.flatMap(({ name, variable, node }): Pairs => {
    const index = optimizer._built_for.indexOf(bound(variable) as Variable);
    const list: unknown = Reflect.get(optimizer, lists.get(name) ?? '');
    const slot: unknown = Array.isArray(list) ? list[index] : undefined;
    return slot instanceof Variable ? [[node, slot]] : [];
  });
}

function fromCurrent(
  { nodes }: ObjectGraph,
  { children }: ObjectNode,
  optimizer: optimizers.legacy.Optimizer,
  names: SlotNames,
  variables: readonly Variable[],
): Pairs {
  return names.flatMap(([slot, list]): Pairs => {
    const found = children.find(({ name }) => name === list);
    const values = found === undefined ? [] : (nodes[found.node]?.children ?? []);
    if (values.length === 0) return [];
    if (values.length !== variables.length) throw otherSize(optimizer, values.length, variables);
    // The current SGD keeps a momentum even when it is zero.
    if (!optimizer.get_slot_names().includes(slot)) {
      return slot === 'momentum' ? values.map(({ node }) => [node, SETTLED]) : [];
    }
    return values.flatMap(({ name, node }): Pairs => {
      const variable = variables[Number(name)];
      return variable === undefined ? [] : [[node, optimizer.get_slot(variable, slot)]];
    });
  });
}

function notTheSame(optimizer: StatefulOptimizer): UnsupportedError {
  const wanted = optimizer instanceof optimizers.Optimizer ? 'optimizers.legacy.*' : 'optimizers.*';
  return new UnsupportedError(
    `The checkpoint holds the state of an optimizer of the other family than ${optimizer.name}, and the two compute ${getClassName(optimizer)} differently: compile the model with one of ${wanted}, or load before compiling.`,
  );
}

function otherSize(
  optimizer: StatefulOptimizer,
  count: number,
  variables: readonly Variable[],
): UnsupportedError {
  return new UnsupportedError(
    `The checkpoint holds state for ${count} variables, ${optimizer.name} trains ${variables.length}: it belongs to another model.`,
  );
}
