import {
  type CheckpointStore,
  directoryOf,
  layoutObjects,
  writeCheckpoint,
  writeState,
} from '@km/checkpoint';
import type { Store, Tensor, WriteOptions } from '@km/core';
import { type Model, trackable_view } from '@km/layers';
import { tableTensors, withCounts } from '../object-graph/saved-tables.ts';

/**
 * Writes a model's weights and optimizer state as `save_weights` in the TensorFlow format: `PREFIX.index`,
 * `PREFIX.data-00000-of-00001`, and the state file `checkpoint` beside them.
 */
export async function saveWeightsCheckpoint(
  model: Model,
  target: { readonly store: CheckpointStore & Store; readonly path: string },
  options?: WriteOptions,
): Promise<void> {
  const view = withCounts(trackable_view());
  const layout = layoutObjects<object>(model, view);
  const tensors = layout.values.flatMap(({ item, key }): (readonly [string, Tensor])[] => {
    const variable = view.variable(item);
    return variable === undefined ? tableTensors(item, key) : [[key, variable.record()]];
  });
  await writeCheckpoint(target, tensors, { ...options, objectGraph: layout.graph });
  const directory = directoryOf(target.path);
  const name = target.path.slice(target.path.lastIndexOf('/') + 1);
  await writeState(
    { store: target.store, path: directory },
    { latest: name, all: [name], timestamps: [] },
    options,
  );
}
