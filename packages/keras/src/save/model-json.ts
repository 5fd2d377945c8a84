import { UnsupportedError } from '@km/core';
import { type JsonValue, printConfig, toWidestForm } from '@km/keras-config';
import { type Model, Sequential, serialize_keras_object } from '@km/layers';

/** Version of Keras whose formats are written. */
export const KERAS_VERSION = '2.15.0';

/** The architecture of a model in the canonical dialect, as every Keras 2 reads it. */
export function architectureOf(model: Model): JsonValue {
  return toWidestForm(serialize_keras_object(model) as JsonValue);
}

/** The JSON of a model's architecture, as HDF5 files hold it. */
export function modelConfigText(model: Model): string {
  return printConfig(architectureOf(model));
}

/** The architecture as `model.to_json()` of Keras gives it. */
export function toJson(model: Model): string {
  return printConfig({
    ...(architectureOf(model) as Record<string, JsonValue>),
    keras_version: KERAS_VERSION,
    backend: 'tensorflow',
  });
}

/**
 * Refuses a model whose architecture no config describes.
 * @throws UnsupportedError for a subclassed model.
 */
export function requireArchitecture(model: Model, format: string): void {
  if (model._is_graph_network || model instanceof Sequential) return;
  throw new UnsupportedError(
    `Saving the model as ${format} requires a Functional or Sequential model; ${model.name} is a subclassed model, whose architecture is code. Save its weights with save_weights.`,
  );
}
