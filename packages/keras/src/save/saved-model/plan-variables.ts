import { layoutObjects } from '@km/checkpoint';
import type { Tensor } from '@km/core';
import { type Model, trackable_view } from '@km/layers';
import type { WrittenVariables } from '@km/savedmodel';
import type { ObjectPlan } from './object-plan.ts';
import type { SavedChildren } from './saved-children.ts';

/** Edge under which `tf.train.Checkpoint(model=…)` looks for the model. */
const MODEL_EDGE = 'model';

/**
 * Lays out the checkpoint of a model: its objects, the optimizer with its state, and the model once more below the edge
 * that `tf.train.Checkpoint` looks for.
 */
export function planVariables(
  model: Model,
  plan: ObjectPlan,
  saved: SavedChildren,
  include_optimizer: boolean,
): WrittenVariables {
  const tracked = trackable_view();
  const alias = {};
  const edgesOf = (item: object): (readonly [string, object])[] =>
    include_optimizer ? saved.of(item) : saved.withoutOptimizers(item);
  const children = (item: object): (readonly [string, object])[] => {
    if (item === alias) return edgesOf(model);
    const edges = edgesOf(item);
    const takesAlias = item === model && edges.every(([name]) => name !== MODEL_EDGE);
    return takesAlias ? [...edges, [MODEL_EDGE, alias]] : edges;
  };
  const layout = layoutObjects<object>(model, { ...tracked, children });
  const keys = new Map<number, string>();
  const tensors: [string, Tensor][] = [];
  for (const { item, key } of layout.values) {
    const variable = tracked.variable(item);
    if (variable === undefined) continue;
    const id = plan.idOf(item);
    if (id !== undefined) keys.set(id, key);
    tensors.push([key, variable.record()]);
  }
  return { objects: layout.graph, tensors, keys };
}
