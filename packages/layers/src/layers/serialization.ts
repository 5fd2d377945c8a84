import { deserialize_layer } from '../engine/deserialize-layer.ts';
import { type CustomObjects, serialize_keras_object } from '../engine/registry.ts';
import type { Layer } from './base.ts';

/** Makes a layer from its config. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): Layer {
  return deserialize_layer(config, custom_objects);
}

/** Returns the config of a layer: its class name and constructor arguments. */
export function serialize(layer: Layer): unknown {
  return serialize_keras_object(layer);
}
