import { MalformedError } from '@km/core';
import { type ConfigPath, formatPath } from '@km/keras-config';
import { Layer } from './layer.ts';
import { provided } from './providers.ts';
import { type CustomObjects, deserialize_keras_object } from './registry.ts';

/**
 * Makes a layer or model from its serialized form; an object that is a layer already comes back.
 * @throws NotFoundError for an unknown class, MalformedError when the class is none of a layer.
 */
export function deserialize_layer(
  config: unknown,
  custom_objects?: CustomObjects,
  path: ConfigPath = [],
): Layer {
  const where = path.length === 0 ? undefined : formatPath(path);
  const layer = deserialize_keras_object(
    config,
    provided().layers(),
    custom_objects,
    'layer',
    where,
  );
  if (layer instanceof Layer) return layer;
  throw new MalformedError(
    `Expected a layer${where === undefined ? '' : ` at ${where}`}, found ${JSON.stringify(config)?.slice(0, 100) ?? 'nothing'}.`,
    where === undefined ? {} : { path: where },
  );
}
