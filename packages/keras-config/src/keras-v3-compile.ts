import { mapArray, mapObject } from './floats.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';

/** Modules in which the objects of each argument of `compile` are found. */
const MODULES: ReadonlyMap<string, string> = new Map([
  ['loss', 'keras.losses'],
  ['metrics', 'keras.metrics'],
  ['weighted_metrics', 'keras.metrics'],
]);

/** Gives optimizer, losses and metrics among the arguments of `compile` the v3 form, under the public modules of Keras. */
export function toKerasV3CompileConfig(config: JsonObject): JsonObject {
  return mapObject(config, (value, key) => {
    if (key === 'optimizer') return isSerializedObject(value) ? v3Optimizer(value) : value;
    const module = MODULES.get(key);
    return module === undefined ? value : v3Objects(value, module);
  });
}

function v3Optimizer(optimizer: SerializedObject): JsonObject {
  const { class_name, config } = optimizer;
  if (class_name.startsWith('LossScaleOptimizer')) {
    // The public class has no from_config; TensorFlow 2.13 – 2.15 note, and import, the one behind it.
    const name = 'LossScaleOptimizerV3';
    const module = 'keras.src.mixed_precision.loss_scale_optimizer';
    return { module, class_name: name, config: v3Arguments(config), registered_name: name };
  }
  const isCurrent = isJsonObject(config) && config.is_legacy_optimizer === false;
  const module = isCurrent ? 'keras.optimizers' : 'keras.optimizers.legacy';
  return v3Object(module, class_name.replace(/^Custom>/, ''), v3Arguments(config));
}

/** A schedule, or the optimizer that another one wraps. */
function v3Arguments(config: JsonValue): JsonValue {
  if (!isJsonObject(config)) return config;
  return mapObject(config, (value, key) => {
    if (!isSerializedObject(value)) return value;
    if (key === 'inner_optimizer') return v3Optimizer(value);
    return v3Object('keras.optimizers.schedules', value.class_name, value.config);
  });
}

function v3Objects(value: JsonValue, module: string): JsonValue {
  if (isJsonArray(value)) return mapArray(value, (item) => v3Objects(item, module));
  if (isSerializedObject(value)) return v3Object(module, value.class_name, value.config);
  return isJsonObject(value) ? mapObject(value, (item) => v3Objects(item, module)) : value;
}

/** Classes that a program registered are found under their registered name alone. */
function v3Object(module: string, class_name: string, config: JsonValue): JsonObject {
  return class_name.includes('>')
    ? { module: null, class_name, config, registered_name: class_name }
    : { module, class_name, config, registered_name: null };
}
