import { MalformedError } from '@km/core';
import {
  type CallArgument,
  type JsonObject,
  type LayerCall,
  type LayerEntry,
  readModelConfig,
  type TensorReference,
} from '@km/keras-config';
import { deserialize_layer } from './deserialize-layer.ts';
import type { GraphNetwork } from './graph-network.ts';
import { InputLayer } from './input-layer.ts';
import type { KerasTensor, Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { countsConstruction } from './layer-kinds.ts';
import { kerasTensorsIn, type Node } from './node.ts';
import type { CustomObjects } from './registry.ts';
import type { ApplyArgs, Config } from './types.ts';

/** What a config of connections has become. */
export interface RebuiltGraph {
  readonly inputs: Symbolic;
  readonly outputs: Symbolic;
  /** All layers of the config, also those that lead to no output. */
  readonly layers: readonly Layer[];
}

/** A layer with the calls of the config that have not been made yet. */
interface Pending {
  readonly layer: Layer;
  readonly calls: LayerCall[];
  /** Calls made so far, at their numbers in the config. */
  readonly made: Map<number, Node>;
  next: number;
}

type PendingLayers = ReadonlyMap<string, Pending>;

/** The symbolic tensor of a reference, or `null` while its call has not been made. */
function lookUp(reference: TensorReference, pending: PendingLayers): KerasTensor | null {
  const { layer, node, tensor } = reference;
  const source = pending.get(layer);
  if (source === undefined) {
    throw new MalformedError(`The config refers to a layer '${layer}' that it does not contain.`);
  }
  const number = source.layer instanceof InputLayer ? 0 : node;
  const call = source.made.get(number);
  if (call === undefined) return null;
  const found = kerasTensorsIn(call.outputs)[tensor];
  if (found !== undefined) return found;
  throw new MalformedError(
    `Layer '${layer}' has no output ${String(tensor)} in call ${String(node)}.`,
  );
}

/** Raised inside when an argument needs a call that has not been made. */
const NOT_YET: unique symbol = Symbol('not yet');

function materialize(argument: CallArgument, pending: PendingLayers): unknown {
  switch (argument.kind) {
    case 'constant':
      return argument.value;
    case 'tensor':
      return lookUp(argument, pending) ?? NOT_YET;
    case 'list': {
      const items = argument.items.map((item) => materialize(item, pending));
      return items.includes(NOT_YET) ? NOT_YET : items;
    }
    case 'dict': {
      const entries = Array.from(argument.entries, ([key, item]): [string, unknown] => [
        key,
        materialize(item, pending),
      ]);
      return entries.some(([, item]) => item === NOT_YET) ? NOT_YET : Object.fromEntries(entries);
    }
  }
}

/** Makes a call of the config; false while it needs calls that have not been made. */
function makeCall(target: Pending, call: LayerCall, pending: PendingLayers): boolean {
  const inputs = materialize(call.inputs, pending);
  const kwargs = materialize({ kind: 'dict', entries: call.kwargs }, pending);
  if (inputs === NOT_YET || kwargs === NOT_YET) return false;
  target.layer.apply(inputs as Symbolic, kwargs as ApplyArgs);
  const node = target.layer._inbound_nodes.at(-1);
  if (node !== undefined) {
    node.whole_floats = Array.from(call.kwargs).flatMap(([name, argument]) =>
      argument.kind === 'constant' && argument.isFloat === true ? [name] : [],
    );
    target.made.set(target.next, node);
  }
  target.next += 1;
  return true;
}

function makeLayers(
  entries: readonly LayerEntry[],
  custom_objects: CustomObjects,
): Map<string, Pending> {
  const pending = new Map<string, Pending>();
  for (const { name, object, calls, path } of entries) {
    const layer = deserialize_layer(object, custom_objects, path);
    const made = new Map<number, Node>();
    const [node] = layer._inbound_nodes;
    if (layer instanceof InputLayer && node !== undefined) made.set(0, node);
    const next = countsConstruction(layer) ? 1 : 0;
    pending.set(name, { layer, calls: [...calls], made, next });
  }
  return pending;
}

/** Sweeps over the layers until all calls are made; the calls of one layer stay in their order. */
function makeCalls(pending: PendingLayers): void {
  for (;;) {
    let progress = false;
    let waiting: string | null = null;
    for (const [name, target] of pending) {
      for (let [call] = target.calls; call !== undefined; [call] = target.calls) {
        if (!makeCall(target, call, pending)) {
          waiting = name;
          break;
        }
        target.calls.shift();
        progress = true;
      }
    }
    if (waiting === null) return;
    if (progress) continue;
    throw new MalformedError(
      `The calls of layer '${waiting}' and others depend on each other in a circle, or on calls that the config lacks.`,
    );
  }
}

function endpoint(argument: CallArgument, pending: PendingLayers, what: string): Symbolic {
  const tensors = materialize(argument, pending);
  if (tensors !== NOT_YET && kerasTensorsIn(tensors).length > 0) return tensors as Symbolic;
  throw new MalformedError(`The config names ${what} that no call gives.`);
}

/**
 * Makes the layers of a functional model and repeats their calls.
 * @throws MalformedError for a config that does not connect, NotFoundError for an unknown class.
 */
export function rebuildGraph(config: Config, custom_objects: CustomObjects): RebuiltGraph {
  const model = readModelConfig({ class_name: 'Functional', config: config as JsonObject });
  if (model.kind !== 'functional')
    throw new MalformedError('The config is not of a functional model.');
  const pending = makeLayers(model.layers, custom_objects);
  makeCalls(pending);
  return {
    inputs: endpoint(model.inputs, pending, 'inputs'),
    outputs: endpoint(model.outputs, pending, 'outputs'),
    layers: Array.from(pending.values(), ({ layer }) => layer),
  };
}

/** Adds the layers that lead to no output, such as those of losses, to a rebuilt model. */
export function connectAncillaryLayers(graph: GraphNetwork, layers: readonly Layer[]): void {
  const extra = layers.filter((layer) => !graph.layers.includes(layer));
  if (extra.length === 0) return;
  graph.insert(
    extra,
    layers.flatMap((layer) => layer._inbound_nodes),
  );
}
