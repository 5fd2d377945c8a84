import {
  Layer,
  layers,
  Model,
  type Nested,
  trackable_children,
  trackable_view,
  Variable,
} from '@km/layers';
import { reachable } from '../../object-graph/reachable.ts';
import { capturedVariables, passedMetrics } from './passed-layers.ts';

/** What Keras keeps of a layer for SavedModels alone: functions, lists, the states of recurrent layers. */
export class KerasApi {
  /** States that a layer keeps from batch to batch; those of stacked cells stand in a list per cell. */
  readonly states: readonly Nested<Variable>[];
  /** Metrics that the functions of a layer without its class update, by name. */
  readonly layer_metrics: Readonly<Record<string, object>>;
  /** Variables that only functions of the layer have. */
  readonly captured: readonly Variable[];

  constructor({ states, layer_metrics, captured }: KerasApi) {
    this.states = states;
    this.layer_metrics = layer_metrics;
    this.captured = captured;
  }
}

/** Edges of objects in a SavedModel, where layers have more of them than in a checkpoint. */
export class SavedChildren {
  readonly #apis: Map<Layer, KerasApi> = new Map();
  readonly #captured: Map<object, readonly Variable[]> = new Map();

  /** Named edges of an object, in order. */
  of(item: object): (readonly [name: string, child: object])[] {
    const edges = trackable_children(item);
    if (!(item instanceof Layer)) return edges;
    const states = statesOf(item);
    const layer_metrics = passedMetrics(item);
    const captured = this.#captured.get(item) ?? [];
    const isEmpty = Object.keys(layer_metrics).length === 0;
    if (states.length === 0 && captured.length === 0 && isEmpty) return edges;
    const api = this.#apis.get(item) ?? new KerasApi({ states, layer_metrics, captured });
    this.#apis.set(item, api);
    return [...edges, ['keras_api', api]];
  }

  /** The same edges without those to the optimizers of models. */
  withoutOptimizers(item: object): (readonly [name: string, child: object])[] {
    const edges = this.of(item);
    return item instanceof Model ? edges.filter(([, child]) => child !== item.optimizer) : edges;
  }

  /** Lets variables be found that no part of a model holds but a function that is passed on. */
  keepCaptured(model: Model): void {
    const view = { ...trackable_view(), children: (item: object) => this.withoutOptimizers(item) };
    const held = new Set(reachable(model, view));
    for (const item of [...held]) {
      const captured = [...new Set(capturedVariables(item))].filter((each) => !held.has(each));
      if (captured.length > 0) this.#captured.set(item, captured);
      for (const variable of captured) held.add(variable);
    }
    this.#apis.clear();
  }

  /** What stands for the part of a layer that SavedModels alone have; undefined when there is none yet. */
  api(layer: Layer): KerasApi | undefined {
    return this.#apis.get(layer);
  }
}

/** States of a recurrent layer that keeps them from batch to batch. */
function statesOf(item: object): readonly Nested<Variable>[] {
  if (!(item instanceof Layer) || !item.stateful || !('states' in item)) return [];
  const { states } = item;
  if (!Array.isArray(states)) return [];
  const variables = states.filter((state): state is Variable => state instanceof Variable);
  return item instanceof layers.RNN ? item.cell.pack_states(variables) : variables;
}
