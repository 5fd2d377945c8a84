import { Layer, Model, metrics, type Variable } from '@km/layers';
import { type SavedNode, specsOf } from '@km/savedmodel';
import { KERAS_EDGES } from '../../revive/keras-edges.ts';
import { type Origin, originOf } from '../../revive/origin.ts';
import { RevivedLayer, RevivedNetwork } from '../../revive/revived-layer.ts';
import { layerInputs, modelInputs } from './input-specs.ts';
import { attachLists } from './layer-lists.ts';
import { isFromConfigOnly } from './layer-metadata.ts';
import { isPassed } from './passed-objects.ts';
import type { FunctionTarget, NamedFunction } from './plan-functions.ts';

/** Edges to the functions of a layer, on itself and on what Keras keeps of it. */
const FUNCTION_EDGES: readonly string[] = [
  '__call__',
  '_default_save_signature',
  'call_and_return_all_conditional_losses',
  'call_and_return_conditional_losses',
  'activity_regularizer_fn',
];

/** True for a layer that works by functions of a file. */
export function isRevived(layer: object): layer is RevivedLayer | RevivedNetwork {
  return layer instanceof RevivedLayer || layer instanceof RevivedNetwork;
}

/**
 * Where the functions of a layer are that are saved again as they are: those of a layer without its class, and those of
 * one inside of it that is never called by itself.
 */
export function passedFrom(layer: object): Origin | undefined {
  const origin = originOf(layer);
  if (origin === undefined || !(layer instanceof Layer)) return undefined;
  if (isRevived(layer)) return origin;
  const called = layer instanceof Model ? modelInputs(layer) : layerInputs(layer);
  return called === null ? origin : undefined;
}

/** Adds the functions of layers that are passed on, and what hangs on these and is no object of the program. */
export function planPassed(target: FunctionTarget): void {
  const { plan } = target;
  for (const [item, id] of [...plan.bound]) {
    const origin = item instanceof Layer ? passedFrom(item) : originOf(item);
    if (origin === undefined) continue;
    // Of layers that Keras makes from their config it takes tables, no functions.
    const isMade = item instanceof Layer && !isRevived(item) && isFromConfigOnly(item);
    linkParts(id, origin, target, isMade);
    if (item instanceof Layer && !(item instanceof metrics.Metric) && !isMade) {
      attachPassed(item, id, origin, target);
    }
  }
}

/** Adds functions, tables, constants and files that hang on an object, under the names of their edges. */
function linkParts(
  id: number,
  { objects, node }: Origin,
  { plan, functions }: FunctionTarget,
  withoutFunctions: boolean,
): void {
  for (const { name, node: child } of node.children) {
    const part = objects.graph.nodes[child];
    if (withoutFunctions && part?.value.kind === 'function') continue;
    const isOfKeras = KERAS_EDGES.has(name) || /^layer(_with_weights)?-\d+$/.test(name);
    if (part === undefined || isOfKeras || !isPassed(part)) continue;
    plan.link(id, name, functions.passed.add(objects, child));
  }
}

function attachPassed(layer: Layer, id: number, origin: Origin, target: FunctionTarget): void {
  const { plan, functions } = target;
  const { objects, node, json } = origin;
  const api = objects.child(node, 'keras_api');
  if (!hasFunctions(node, origin) && !hasFunctions(api, origin)) return;
  if (json?.expects_training_arg === false) functions.withoutModes.add(layer);
  const keras = attachLists(layer, id, target);
  for (const [owner, from] of [
    [keras, api],
    [id, node],
  ] as const) {
    for (const edge of FUNCTION_EDGES) {
      const found = objects.child(from, edge);
      if (found !== undefined) plan.link(owner, edge, functions.passed.add(objects, found.id));
    }
  }
}

function hasFunctions(node: SavedNode | undefined, { objects }: Origin): boolean {
  return FUNCTION_EDGES.some((edge) => objects.child(node, edge) !== undefined);
}

/** Signatures of the file that a model without its class came from, by name. */
export function passedSignatures(
  model: Model,
  { functions }: FunctionTarget,
): ReadonlyMap<string, NamedFunction> {
  const { objects, node } = originOf(model) ?? {};
  const found = new Map<string, NamedFunction>();
  if (objects === undefined || node === undefined) return found;
  for (const { name: key, node: id } of objects.child(node, 'signatures')?.children ?? []) {
    const value = objects.graph.nodes[id]?.value;
    if (value?.kind !== 'bareConcreteFunction') continue;
    const concrete = objects.graph.concreteFunctions.get(value.concreteFunction);
    const specs = concrete === undefined ? [] : specsOf(concrete.inputSignature);
    if (specs.some(({ kind }) => kind !== 'tensorSpec')) continue;
    found.set(key, {
      name: functions.passed.concrete(objects, value.concreteFunction),
      inputs: value.argumentKeywords,
      node: functions.passed.add(objects, id),
    });
  }
  return found;
}

/** Metrics that calls of a layer without its class update, by name. */
export function passedMetrics(layer: Layer): Readonly<Record<string, object>> {
  const { objects, node } = (isRevived(layer) ? originOf(layer) : undefined) ?? {};
  const list = node && objects?.child(objects.child(node, 'keras_api'), 'layer_metrics');
  const entries = (list?.children ?? []).flatMap(({ name, node: id }) => {
    const metric = objects?.live.get(id);
    return metric instanceof metrics.Metric ? [[name, metric] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Variables that the functions of a layer capture that are passed on. */
export function capturedVariables(layer: object): Variable[] {
  const { objects, node } = passedFrom(layer) ?? {};
  if (objects === undefined || node === undefined) return [];
  const api = objects.child(node, 'keras_api');
  const losses = objects.child(api, 'layer_regularization_losses');
  const found = [node, api].flatMap((owner) =>
    FUNCTION_EDGES.flatMap((edge) => objects.child(owner, edge) ?? []),
  );
  const listed = (losses?.children ?? []).flatMap((edge) => objects.graph.nodes[edge.node] ?? []);
  const names = [...found, ...listed].flatMap(({ value }) => {
    if (value.kind === 'function') return value.concreteFunctions;
    return value.kind === 'bareConcreteFunction' ? [value.concreteFunction] : [];
  });
  const bound = names.flatMap(
    (name) => objects.graph.concreteFunctions.get(name)?.boundInputs ?? [],
  );
  return bound.flatMap((id) => objects.variables.get(id) ?? []);
}
