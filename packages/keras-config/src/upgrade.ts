import { configError } from './config-path.ts';
import { type ConfigDialect, type DetectDialectOptions, detectDialect } from './dialect.ts';
import { mapObject, renameKeys } from './floats.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';
import { upgradeKeras1 } from './upgrade-keras-1.ts';
import { upgradeKeras2 } from './upgrade-keras-2.ts';
import { upgradeKeras3 } from './upgrade-keras-3.ts';

/**
 * Rewrites the architecture of a model, of any dialect, in the canonical one.
 *
 * The canonical dialect is the legacy form of TensorFlow 2.15: `{class_name, config}` without module paths (registered
 * classes as `Package>name`), argument names of Keras 2, dtypes as names, `Functional` and `Sequential` with
 * `config.layers`, `inbound_nodes` as `[[[layer, node, tensor, kwargs], …], …]`. Keys that are not known stay.
 * @throws MalformedError, or UnsupportedError for what Keras 2 cannot express; both name the path.
 */
export function upgradeModelConfig(
  value: JsonValue,
  options: DetectDialectOptions = {},
): SerializedObject {
  const upgraded = upgradeValue(value, detectDialect(value, options));
  if (!isSerializedObject(upgraded)) {
    throw configError([], 'a model with class_name and config', value);
  }
  return upgraded;
}

/** Rewrites any serialized value (a layer, an optimizer, a loss …) of a given dialect in the canonical one. */
export function upgradeValue(value: JsonValue, dialect: ConfigDialect): JsonValue {
  switch (dialect) {
    case 'keras-1':
      return upgradeKeras2(upgradeKeras1(value, []));
    case 'keras-3':
      return upgradeKeras2(upgradeKeras3(value, []));
    case 'keras-2':
    case 'tf_keras':
      return upgradeKeras2(value);
  }
}

/**
 * Rewrites a `training_config` of HDF5, or a `compile_config` of a `.keras` archive, as a canonical `training_config`.
 *
 * The optimizer stands under `optimizer_config`, as an object or as the name that was given to `compile`; its learning
 * rate is `learning_rate`, never `lr`.
 */
export function upgradeTrainingConfig(
  value: JsonValue,
  options: DetectDialectOptions = {},
): JsonObject {
  if (!isJsonObject(value)) throw configError(['training_config'], 'an object', value);
  const upgraded = upgradeValue(value, detectDialect(value, options));
  if (!isJsonObject(upgraded)) throw configError(['training_config'], 'an object', value);
  const renamed = renameKeys(upgraded, new Map([['optimizer', 'optimizer_config']]));
  return mapObject(renamed, (member, key) =>
    key === 'optimizer_config' ? upgradeOptimizer(member) : member,
  );
}

function upgradeOptimizer(value: JsonValue): JsonValue {
  if (!isSerializedObject(value) || !isJsonObject(value.config)) return value;
  const config = renameKeys(value.config, new Map([['lr', 'learning_rate']]));
  return mapObject(value, (member, key) => (key === 'config' ? config : member));
}
