import { LegacyOptimizer } from '../optimizers/legacy/optimizer.ts';
import { LossScaleOptimizer } from '../optimizers/loss-scale-optimizer.ts';
import { LayerBase } from './layer-base.ts';
import { Functional, Model } from './model.ts';
import { Sequential } from './sequential.ts';
import { trackedProperties } from './tracking.ts';
import { Variable } from './variable.ts';

/** An object of a model as checkpoints see it: a variable, a layer, an optimizer, a metric, a list, a dictionary. */
export type Trackable = object;

/** A named edge to an object below. */
export type TrackableEdge = readonly [name: string, child: Trackable];

/** State that an optimizer keeps for a variable. */
export interface TrackableSlot {
  readonly name: string;
  readonly variable: Variable;
  readonly value: Variable;
}

/** How the objects of a model are walked for a checkpoint, under the edge names of TensorFlow. */
export interface TrackableView {
  /** Named edges to other objects, in TensorFlow's order. */
  children(item: Trackable): Iterable<TrackableEdge>;
  /** Kinds and names of the values of an object. */
  values(item: Trackable): Iterable<{ readonly name: string; readonly fullName: string }>;
  /** State per variable of an optimizer whose state hangs on no edge. */
  slots(item: Trackable): Iterable<TrackableSlot>;
  /** The variable that an object is; `undefined` for others. */
  variable(item: Trackable): Variable | undefined;
}

/** Edges of weights go by the name given to `add_weight`; a property of another name is a second edge. */
function layerEdges(layer: LayerBase): TrackableEdge[] {
  const names = layer._weight_names;
  const edges: TrackableEdge[] = [];
  const met = new Set<Trackable>();
  for (const [property, value] of trackedProperties(layer)) {
    const name = value instanceof Variable ? names.get(value) : undefined;
    if (name !== undefined && name !== property) edges.push([name, value]);
    edges.push([property, value]);
    met.add(value);
  }
  for (const [variable, name] of names) if (!met.has(variable)) edges.push([name, variable]);
  return edges;
}

/** Each layer of a stack or graph by its index, and before that by its index among those with weights. */
function modelEdges(model: Model): TrackableEdge[] {
  const edges: TrackableEdge[] = [];
  let withWeights = 0;
  model.layers.forEach((layer, index) => {
    if (countsAsWeighted(layer)) {
      edges.push([`layer_with_weights-${String(withWeights)}`, layer]);
      withWeights += 1;
    }
    edges.push([`layer-${String(index)}`, layer]);
  });
  return [...edges, ...layerEdges(model)];
}

/** True for a layer with weights, among which TensorFlow counts a vocabulary that is learned. */
function countsAsWeighted(layer: LayerBase): boolean {
  return layer.weights.length > 0 || layer._flatten_layers().some(learnsVocabulary);
}

function learnsVocabulary(layer: object): boolean {
  return '_has_input_vocabulary' in layer && layer._has_input_vocabulary === false;
}

function legacyEdges(optimizer: LegacyOptimizer): TrackableEdge[] {
  return [['iter', optimizer.iterations], ...optimizer.hyper_variables];
}

/** The edges of the wrapped optimizer, as if they were its own, and the state of the scale. */
function lossScaleEdges(optimizer: LossScaleOptimizer): TrackableEdge[] {
  const scale = optimizer._loss_scale;
  const own: TrackableEdge[] = scale === null ? [] : [['loss_scale', scale]];
  return [...own, ...edgesOf(optimizer.inner_optimizer)];
}

function edgesOf(item: Trackable): TrackableEdge[] {
  if (item instanceof Variable) return [];
  if (item instanceof LossScaleOptimizer) return lossScaleEdges(item);
  if (item instanceof LegacyOptimizer) return legacyEdges(item);
  if (item instanceof Sequential || item instanceof Functional) return modelEdges(item);
  if (item instanceof Model && item._is_graph_network) return modelEdges(item);
  return item instanceof LayerBase ? layerEdges(item) : trackedProperties(item);
}

/** The edges of an object, each name once. */
export function trackable_children(item: Trackable): TrackableEdge[] {
  const edges = new Map<string, Trackable>();
  for (const [name, child] of edgesOf(item)) if (!edges.has(name)) edges.set(name, child);
  return [...edges];
}

function slotsOf(item: Trackable): TrackableSlot[] {
  const optimizer = item instanceof LossScaleOptimizer ? item.inner_optimizer : item;
  if (!(optimizer instanceof LegacyOptimizer)) return [];
  return Array.from(optimizer.slots(), ([variable, name, value]) => ({ name, variable, value }));
}

/** Shows the objects below a model, an optimizer, a list or any object that holds these, as a checkpoint has them. */
export function trackable_view(): TrackableView {
  return {
    children: trackable_children,
    values: (item) =>
      item instanceof Variable ? [{ name: 'VARIABLE_VALUE', fullName: item.name }] : [],
    slots: slotsOf,
    variable: (item) => (item instanceof Variable ? item : undefined),
  };
}
