import { layoutObjects } from '@km/checkpoint';
import type { Tensor } from '@km/core';
import { type Model, trackable_view } from '@km/layers';
import type { WrittenVariables } from '@km/savedmodel';
import { tableTensors, withTables } from '../../object-graph/saved-tables.ts';
import type { ObjectPlan } from './object-plan.ts';
import { passedTensors, withPassedTables } from './passed-tables.ts';
import type { SavedChildren } from './saved-children.ts';

/** Edge under which `tf.train.Checkpoint(model=…)` looks for the model. */
const MODEL_EDGE = 'model';

/** Edge and value of the number of saves that `tf.train.Checkpoint` looks for. */
export const SAVE_COUNTER = 'save_counter';
const NEVER_SAVED: Tensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(0n) };

/**
 * Lays out the checkpoint of a model: its objects, the optimizer with its state, and what `tf.train.Checkpoint` looks
 * for: the model once more below an edge of its own, and a number of saves.
 */
export function planVariables(
  model: Model,
  plan: ObjectPlan,
  saved: SavedChildren,
  include_optimizer: boolean,
): WrittenVariables {
  const tracked = withTables(
    withPassedTables({
      ...trackable_view(),
      children: (item: object) =>
        include_optimizer ? saved.of(item) : saved.withoutOptimizers(item),
    }),
  );
  const alias = {};
  const counter = {};
  const edgesOf = (item: object): (readonly [string, object])[] => [...tracked.children(item)];
  const children = (item: object): (readonly [string, object])[] => {
    if (item === alias) return edgesOf(model);
    const edges = edgesOf(item);
    if (item !== model) return edges;
    const names = new Set(edges.map(([name]) => name));
    const more = [
      [MODEL_EDGE, alias],
      [SAVE_COUNTER, counter],
    ] as const;
    return [...edges, ...more.filter(([name]) => !names.has(name))];
  };
  const values = (item: object): ReturnType<typeof tracked.values> =>
    item === counter ? [{ name: 'VARIABLE_VALUE', fullName: SAVE_COUNTER }] : tracked.values(item);
  const layout = layoutObjects<object>(model, { ...tracked, children, values });
  const keys = new Map<number, string>();
  const tensors: (readonly [string, Tensor])[] = [];
  for (const { item, key } of layout.values) {
    const variable = tracked.variable(item);
    tensors.push(...passedTensors(item, key), ...tableTensors(item, key));
    if (item === counter) tensors.push([key, NEVER_SAVED]);
    if (variable === undefined) continue;
    const id = plan.idOf(item);
    if (id !== undefined) keys.set(id, key);
    tensors.push([key, variable.record()]);
  }
  return { objects: layout.graph, tensors, keys };
}
