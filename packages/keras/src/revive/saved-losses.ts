import type { Layer } from '@km/layers';
import type { SavedNode } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { setOrigin } from './origin.ts';
import { runSaved } from './run-saved.ts';
import type { SavedObjects } from './saved-objects.ts';

/** Adds the functions of a list in a file to the losses of a layer. */
export function addSavedLosses(
  layer: Layer,
  list: SavedNode | undefined,
  objects: SavedObjects,
): void {
  for (const { name } of list?.children ?? []) {
    const [node, run] = [objects.child(list, name), objects.function(list, name)];
    if (node === undefined || run === undefined) continue;
    const loss = (): tf.Tensor | null => {
      const value = runSaved(run, objects, []);
      return value instanceof tf.Tensor ? value : null;
    };
    setOrigin(loss, { objects, node, json: null });
    layer.add_loss(loss);
  }
}
