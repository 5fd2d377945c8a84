import type { Layer } from './layer.ts';
import type { CustomObjects } from './registry.ts';
import type { Config } from './types.ts';

/** The class of a layer, with the method that makes one from a config. */
export interface RestorableClass {
  new (config: never): Layer;
  from_config(config: Config, custom_objects?: CustomObjects): Layer;
}

/** The class of a layer. */
export function getClass(layer: Layer): RestorableClass {
  return layer.constructor as unknown as RestorableClass;
}
