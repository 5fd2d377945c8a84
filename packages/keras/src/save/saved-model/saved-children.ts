import { Layer, layers, Model, type Nested, trackable_children, Variable } from '@km/layers';

/** What Keras keeps of a layer for SavedModels alone: functions, lists, the states of recurrent layers. */
export class KerasApi {
  /** States that a layer keeps from batch to batch; those of stacked cells stand in a list per cell. */
  readonly states: readonly Nested<Variable>[];

  constructor(states: readonly Nested<Variable>[]) {
    this.states = states;
  }
}

/** Edges of objects in a SavedModel, where layers have more of them than in a checkpoint. */
export class SavedChildren {
  readonly #apis: Map<Layer, KerasApi> = new Map();

  /** Named edges of an object, in order. */
  of(item: object): (readonly [name: string, child: object])[] {
    const edges = trackable_children(item);
    const states = statesOf(item);
    if (!(item instanceof Layer) || states.length === 0) return edges;
    const api = this.#apis.get(item) ?? new KerasApi(states);
    this.#apis.set(item, api);
    return [...edges, ['keras_api', api]];
  }

  /** The same edges without those to the optimizers of models. */
  withoutOptimizers(item: object): (readonly [name: string, child: object])[] {
    const edges = this.of(item);
    return item instanceof Model ? edges.filter(([, child]) => child !== item.optimizer) : edges;
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
