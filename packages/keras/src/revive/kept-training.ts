import type { JsonObject } from '@km/keras-config';
import type { Model } from '@km/layers';

const kept: WeakMap<Model, JsonObject> = new WeakMap();

/** Keeps the training configuration of a model that could not be compiled here, so that it is saved again with it. */
export function keepTraining(model: Model, training: JsonObject): void {
  kept.set(model, training);
}

/** The training configuration that a file had for a model which is still not compiled; null for others. */
export function keptTraining(model: Model): JsonObject | null {
  return model.compiled ? null : (kept.get(model) ?? null);
}
