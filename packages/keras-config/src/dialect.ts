import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { isSerializedObject, isV3Object } from './serialized-object.ts';

/**
 * Family of writers: Keras 1; Keras 2 with `tf.keras` up to TensorFlow 2.15; the `tf_keras` package; Keras 3.
 */
export type ConfigDialect = 'keras-1' | 'keras-2' | 'tf_keras' | 'keras-3';

/** Options of `detectDialect`. */
export interface DetectDialectOptions {
  /** The `keras_version` that stands beside the JSON, as in HDF5 attributes or `metadata.json`. */
  readonly kerasVersion?: string | undefined;
}

/**
 * Tells which family of Keras wrote a configuration.
 *
 * Content decides before the version: files are edited and converted, but argument names stay. Whatever shows no trait
 * of another family is `keras-2`, which is also how it reads.
 */
export function detectDialect(value: JsonValue, options: DetectDialectOptions = {}): ConfigDialect {
  const traits = collectTraits(value);
  if (traits.keras3) return 'keras-3';
  if (traits.keras1) return 'keras-1';
  if (traits.tfKeras) return 'tf_keras';
  const version = options.kerasVersion ?? statedVersion(value);
  if (version?.startsWith('1.') === true) return 'keras-1';
  if (version?.startsWith('3.') === true) return 'keras-3';
  return version?.startsWith('2.1') === true && /^2\.(1[6-9]|[2-9]\d)/.test(version)
    ? 'tf_keras'
    : 'keras-2';
}

/** The `keras_version` that `to_json` writes into the JSON itself. */
export function statedVersion(value: JsonValue): string | undefined {
  const version = isJsonObject(value) ? value.keras_version : undefined;
  return typeof version === 'string' ? version : undefined;
}

interface Traits {
  keras1: boolean;
  keras3: boolean;
  tfKeras: boolean;
}

/** Arguments that only Keras 1 has; each with a class that has it. */
const KERAS_1_KEYS: readonly string[] = [
  'dim_ordering', // Convolution2D
  'nb_filter',
  'border_mode',
  'W_regularizer', // Dense
  'inner_activation', // LSTM
  'input_dtype',
  'concat_axis', // Merge
];

function collectTraits(root: JsonValue): Traits {
  const traits: Traits = { keras1: false, keras3: false, tfKeras: false };
  const pending: JsonValue[] = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (isJsonArray(value)) pending.push(...value);
    if (!isJsonObject(value)) continue;
    noteTraits(value, traits);
    pending.push(...Object.values(value));
  }
  return traits;
}

function noteTraits(object: JsonObject, traits: Traits): void {
  if (!isSerializedObject(object)) return;
  const module = typeof object.module === 'string' ? object.module : '';
  if (module.startsWith('tf_keras.')) traits.tfKeras = true;
  if (object.class_name === '__keras_tensor__' || object.class_name === 'DTypePolicy') {
    traits.keras3 = true;
  }
  if (module.startsWith('keras.src.models.') || module.startsWith('keras.src.ops.')) {
    traits.keras3 = true;
  }
  if (!isJsonObject(object.config)) return;
  const config = object.config;
  if (object.class_name === 'InputLayer' && 'batch_shape' in config) traits.keras3 = true;
  if (!isV3Object(object) && KERAS_1_KEYS.some((key) => key in config)) traits.keras1 = true;
}
