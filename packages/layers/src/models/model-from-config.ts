import { type JsonValue, parseConfig, upgradeModelConfig } from '@km/keras-config';
import { deserialize_layer } from '../engine/deserialize-layer.ts';
import { Model } from '../engine/model.ts';
import { type CustomObjects, shared_object_scope } from '../engine/registry.ts';

/**
 * Makes a model, without weights, from its configuration `{class_name, config}` of any Keras version.
 * @throws MalformedError or UnsupportedError that name the path; NotFoundError for a class to pass in `custom_objects`.
 */
export function model_from_config(config: unknown, custom_objects?: CustomObjects): Model {
  const canonical = upgradeModelConfig(config as JsonValue);
  const model = shared_object_scope(() => deserialize_layer(canonical, custom_objects));
  if (model instanceof Model) return model;
  throw new TypeError(
    `The configuration is of a layer of class ${String(canonical.class_name)}, not of a model: use layers.deserialize.`,
  );
}

/** Makes a model, without weights, from the text that `to_json` of any Keras version gave. */
export function model_from_json(json_string: string, custom_objects?: CustomObjects): Model {
  return model_from_config(parseConfig(json_string), custom_objects);
}
