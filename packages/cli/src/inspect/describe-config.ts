import { isKmError, messageOf } from '@km/core';
import {
  type CallArgument,
  type ConfigDialect,
  detectDialect,
  dtypeName,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type LayerEntry,
  lookupName,
  type ModelConfig,
  parseConfig,
  readModelConfig,
  requireSerializedObject,
  type SerializedObject,
  statedVersion,
  upgradeModelConfig,
} from '@km/keras-config';
import type { PrintableObject } from '../text/print-json.ts';

/** A layer as its configuration describes it. */
export interface LayerDescription extends PrintableObject {
  readonly name: string;
  /** Class, with its package when it was registered. */
  readonly class_name: string;
  readonly trainable: boolean;
  readonly dtype: string | undefined;
  /** Shape that the layer was told to expect, batch axis included; `null` where it is not known. */
  readonly batch_input_shape: readonly (number | null)[] | undefined;
  /** Names of the layers whose outputs it takes; empty in a Sequential model. */
  readonly inbound: readonly string[];
  readonly config: JsonObject;
  /** Layers of a nested model. */
  readonly layers: readonly LayerDescription[] | undefined;
}

/** A model as its configuration describes it. */
export interface ModelDescription extends PrintableObject {
  readonly class_name: string;
  readonly name: string | undefined;
  readonly dialect: ConfigDialect;
  /** Version that stands in the JSON itself. */
  readonly keras_version: string | undefined;
  /** Names of the input and output layers of a functional model. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly layers: readonly LayerDescription[];
  /** Why there is less than usual. */
  readonly note?: string;
}

/** Describes a model from the text of its configuration. @throws MalformedError when it is no JSON or no Keras object. */
export function describeModel(
  text: string,
  source: string,
  kerasVersion?: string | undefined,
): ModelDescription {
  return describeModelValue(parseConfig(text, { source }), kerasVersion);
}

/**
 * Describes a model from its configuration; what cannot be read in full is described as far as it goes.
 * @throws MalformedError when it is no Keras object.
 */
export function describeModelValue(
  value: JsonValue,
  kerasVersion?: string | undefined,
): ModelDescription {
  const stored = requireSerializedObject(value, []);
  const facts = {
    class_name: lookupName(stored),
    dialect: detectDialect(value, { kerasVersion }),
    keras_version: statedVersion(value),
  };
  try {
    const model = readModelConfig(upgradeModelConfig(value, { kerasVersion }));
    return { ...facts, ...describeModelConfig(model) };
  } catch (error) {
    if (!isKmError(error)) throw error;
    const name = isJsonObject(stored.config) ? textOf(stored.config.name) : undefined;
    return { ...facts, name, inputs: [], outputs: [], layers: [], note: messageOf(error) };
  }
}

function describeModelConfig(
  model: ModelConfig,
): Pick<ModelDescription, 'inputs' | 'layers' | 'name' | 'outputs'> {
  const functional = model.kind === 'functional';
  return {
    name: model.name,
    inputs: functional ? layersOf(model.inputs) : [],
    outputs: functional ? layersOf(model.outputs) : [],
    layers: model.layers.map(describeLayer),
  };
}

function describeLayer(entry: LayerEntry): LayerDescription {
  const { object } = entry;
  const config = isJsonObject(object.config) ? object.config : {};
  const inbound = entry.calls.flatMap(({ inputs, kwargs }) => [
    ...layersOf(inputs),
    ...[...kwargs.values()].flatMap(layersOf),
  ]);
  return {
    name: entry.name,
    class_name: lookupName(object),
    trainable: config.trainable !== false,
    dtype: dtypeName(config.dtype),
    batch_input_shape: shapeOf(config.batch_input_shape),
    inbound: [...new Set(inbound)],
    config,
    layers: nestedLayers(object),
  };
}

/** Layers of a nested model; undefined for a plain layer. */
function nestedLayers(object: SerializedObject): readonly LayerDescription[] | undefined {
  if (!isJsonObject(object.config) || !isJsonArray(object.config.layers)) return undefined;
  try {
    return readModelConfig(object).layers.map(describeLayer);
  } catch (error) {
    if (isKmError(error)) return undefined;
    throw error;
  }
}

function layersOf(argument: CallArgument): string[] {
  switch (argument.kind) {
    case 'tensor':
      return [argument.layer];
    case 'list':
      return argument.items.flatMap(layersOf);
    case 'dict':
      return [...argument.entries.values()].flatMap(layersOf);
    case 'constant':
      return [];
  }
}

function shapeOf(value: JsonValue | undefined): readonly (number | null)[] | undefined {
  if (!isJsonArray(value)) return undefined;
  return value.map((size) => (typeof size === 'number' ? size : null));
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
