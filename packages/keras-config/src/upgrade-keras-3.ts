import { UnsupportedError } from '@km/core';
import { type ConfigPath, formatPath } from './config-path.ts';
import { mapArray, mapObject, renameKeys } from './floats.ts';
import { isReference } from './inbound-nodes.ts';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json-value.ts';
import { isSerializedObject, lookupName, type SerializedObject } from './serialized-object.ts';
import {
  countsConstruction,
  hasOperationModule,
  upgradeFunctionalLayers,
} from './upgrade-keras-3-nodes.ts';

/** Rewrites a value of Keras 3 in the canonical form; `path` is where it stands. */
export function upgradeKeras3(value: JsonValue, path: ConfigPath): JsonValue {
  if (isJsonArray(value)) {
    return mapArray(value, (item, index) => upgradeKeras3(item, [...path, index]));
  }
  if (!isJsonObject(value)) return value;
  const object = mapObject(value, (member, key) => upgradeKeras3(member, [...path, key]));
  return isSerializedObject(object) ? upgradeObject(object, path) : object;
}

function upgradeObject(object: SerializedObject, path: ConfigPath): JsonValue {
  switch (object.class_name) {
    case '__keras_tensor__':
      return object;
    case '__slice__':
      return object.config;
    case 'DTypePolicy':
      return upgradePolicy(object, path);
    default:
      return upgradeClass(object, path);
  }
}

function upgradePolicy(object: SerializedObject, path: ConfigPath): JsonValue {
  const config = isJsonObject(object.config) ? object.config : {};
  const name = config.name;
  if (typeof name === 'string' && name.startsWith('mixed_')) {
    return { class_name: 'Policy', config: { name } };
  }
  if (typeof name === 'string' && /^[a-z]+\d*$/.test(name)) return name;
  throw new UnsupportedError(
    `${formatPath(path)}: dtype policy ${typeof name === 'string' ? name : 'without a name'} computes in a way that is not supported; ` +
      'save the model with float32 or mixed_float16.',
    { path: formatPath(path) },
  );
}

function upgradeClass(object: SerializedObject, path: ConfigPath): JsonValue {
  const isKeptForNodes = hasOperationModule(object);
  const upgraded = mapObject(object, (value, key) => {
    if (isKeptForNodes) return value;
    if (key === 'module' || key === 'registered_name') return undefined;
    if (key === 'class_name') return lookupName(object);
    return key === 'config' && isJsonObject(value) ? upgradeConfig(object, value, path) : value;
  });
  return upgraded;
}

function upgradeConfig(object: SerializedObject, config: JsonObject, path: ConfigPath): JsonValue {
  const configPath = [...path, 'config'];
  const renamed = renameKeys(config, RENAMED.get(object.class_name) ?? new Map());
  const kept = mapObject(renamed, (value, key) =>
    isNeutral(object.class_name, key, value) ? undefined : upgradeActivation(key, value),
  );
  if (typeof kept.quantization_config === 'object') {
    throw new UnsupportedError(
      `${formatPath(configPath)}: quantized layers of Keras 3 are not supported; save the model before quantizing it.`,
      { path: formatPath(configPath) },
    );
  }
  if (isJsonArray(kept.layers) && 'input_layers' in kept) {
    const { layers } = kept;
    kept.layers = upgradeFunctionalLayers(layers, [...configPath, 'layers']);
    kept.input_layers = upgradeEnds(kept.input_layers, layers);
    kept.output_layers = upgradeEnds(kept.output_layers, layers);
  }
  if (object.class_name === 'Sequential') delete kept.dtype;
  return kept;
}

/** Keras 3 says `silu` where every Keras 2 knows `swish`. */
function upgradeActivation(key: string, value: JsonValue): JsonValue {
  return value === 'silu' && key.endsWith('activation') ? 'swish' : value;
}

/** Rewrites `input_layers` or `output_layers`: a reference alone becomes a list of one. */
function upgradeEnds(value: JsonValue | undefined, layers: JsonArray): JsonValue {
  const sequential = new Set<JsonValue>();
  for (const layer of layers) {
    // Unlike functional models, these count their calls from 0 here.
    if (
      isSerializedObject(layer) &&
      layer.class_name === 'Sequential' &&
      countsConstruction(layer)
    ) {
      sequential.add(layer.name ?? null);
    }
  }
  const count = (end: JsonValue): JsonValue => {
    if (isJsonObject(end)) return mapObject(end, count);
    if (!isJsonArray(end)) return end;
    if (!isReference(end)) return mapArray(end, count);
    const [name, node, ...rest] = end;
    return sequential.has(name ?? null) ? [name ?? null, Number(node) + 1, ...rest] : end;
  };
  const ends = count(value ?? []);
  return isReference(ends) ? [ends] : ends;
}

const RENAMED: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['InputLayer', new Map([['batch_shape', 'batch_input_shape']])],
  ['LeakyReLU', new Map([['negative_slope', 'alpha']])],
]);

/** Arguments that Keras 2 lacks, with the value that means what Keras 2 does. */
const NEUTRAL: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['quantization_config', null],
  ['lora_rank', null],
  ['lora_alpha', null],
  ['gptq_unpacked_column_size', null],
  ['input_axes', null],
  ['output_axes', null],
  ['optional', false],
  ['zero_output_for_mask', false],
  ['flash_attention', null],
  ['use_gate', false],
  ['sliding_window', null],
  ['rms_scaling', false],
  ['pad_to_aspect_ratio', false],
  ['oov_method', 'floormod'],
  ['loss_scale_factor', null],
  ['gradient_accumulation_steps', null],
]);

/** Classes that have `seed` in Keras 3 only. */
const NEW_SEED =
  /^(Conv)?(LSTM|GRU|SimpleRNN|RNN)\w*$|^(MultiHead|Additive)?Attention$|^StackedRNNCells$/;

function isNeutral(className: string, key: string, value: JsonValue): boolean {
  // It selects the dropout masks of a new training only.
  if (key === 'seed' && NEW_SEED.test(className)) return true;
  return NEUTRAL.has(key) && NEUTRAL.get(key) === value;
}
