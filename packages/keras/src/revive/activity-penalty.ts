import { isKmError } from '@km/core';
import type { JsonValue } from '@km/keras-config';
import { type CustomObjects, type Regularizer, regularizers } from '@km/layers';
import type { SavedNode } from '@km/savedmodel';
import type * as tf from '@tensorflow/tfjs-core';
import { runSaved } from './run-saved.ts';
import type { SavedObjects } from './saved-objects.ts';

/** The penalty of the outputs of a layer: that of the config where it is known, else the saved function. */
export function activityPenalty(
  node: SavedNode,
  config: JsonValue | undefined,
  {
    objects,
    custom_objects,
  }: { readonly objects: SavedObjects; readonly custom_objects: CustomObjects },
): Regularizer | null {
  try {
    const known = regularizers.deserialize(config ?? null, custom_objects);
    if (known !== null) return known;
  } catch (error) {
    if (!isKmError(error)) throw error;
  }
  const run = objects.function(objects.child(node, 'keras_api'), 'activity_regularizer_fn');
  if (run === undefined) return null;
  return { call: (x) => runSaved(run, objects, [x]) as tf.Tensor, get_config: () => ({}) };
}
