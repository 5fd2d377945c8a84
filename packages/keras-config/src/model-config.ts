import { UnsupportedError } from '@km/core';
import { type ConfigPath, requireArray, requireObject, requireString } from './config-path.ts';
import {
  type CallArgument,
  decodeArgument,
  decodeInboundNodes,
  type LayerCall,
} from './inbound-nodes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { requireSerializedObject, type SerializedObject } from './serialized-object.ts';

/** One layer of a model. */
export interface LayerEntry {
  /** Name of the layer, unique in its model. */
  readonly name: string;
  /** Class, config and what else stands in the entry. */
  readonly object: SerializedObject;
  /** Calls in a functional model; empty for an InputLayer and in a Sequential model. */
  readonly calls: readonly LayerCall[];
  /** Where the entry stands, for messages. */
  readonly path: ConfigPath;
}

/** A stack of layers. */
export interface SequentialConfig {
  readonly kind: 'sequential';
  readonly name: string | undefined;
  readonly layers: readonly LayerEntry[];
  /** The whole config, with keys that this package does not know. */
  readonly config: JsonObject;
}

/** A graph of layers. */
export interface FunctionalConfig {
  readonly kind: 'functional';
  readonly name: string | undefined;
  readonly layers: readonly LayerEntry[];
  /** Input tensors as the model takes them: a tensor, a list, or a dict. */
  readonly inputs: CallArgument;
  /** Output tensors as the model returns them. */
  readonly outputs: CallArgument;
  /** The whole config, with keys that this package does not know. */
  readonly config: JsonObject;
}

/** Architecture of a model. */
export type ModelConfig = SequentialConfig | FunctionalConfig;

/**
 * Reads a canonical configuration (see `upgradeModelConfig`) as typed layers and calls.
 *
 * Nested models stay serialized objects in their layer entries; read them in turn.
 * @throws MalformedError that names the path.
 * @throws UnsupportedError for a model class without an architecture, as subclassed models are.
 */
export function readModelConfig(value: JsonValue, path: ConfigPath = []): ModelConfig {
  const model = requireSerializedObject(value, path);
  const configPath = [...path, 'config'];
  const config = requireObject(model.config, configPath);
  if (model.class_name === 'Sequential') return readSequential(config, configPath);
  if ('input_layers' in config && 'layers' in config) return readFunctional(config, configPath);
  throw new UnsupportedError(
    `Model class ${model.class_name} stores no layers; pass the class in custom_objects.`,
    { path: 'class_name' },
  );
}

function readSequential(config: JsonObject, path: ConfigPath): SequentialConfig {
  const layersPath = [...path, 'layers'];
  const layers = requireArray(config.layers, layersPath).map((item, index) =>
    readLayer(item, [...layersPath, index], false),
  );
  return { kind: 'sequential', name: optionalName(config), layers, config };
}

function readFunctional(config: JsonObject, path: ConfigPath): FunctionalConfig {
  const layersPath = [...path, 'layers'];
  return {
    kind: 'functional',
    name: optionalName(config),
    layers: requireArray(config.layers, layersPath).map((item, index) =>
      readLayer(item, [...layersPath, index], true),
    ),
    inputs: decodeArgument(config.input_layers ?? []),
    outputs: decodeArgument(config.output_layers ?? []),
    config,
  };
}

function readLayer(value: JsonValue, path: ConfigPath, isFunctional: boolean): LayerEntry {
  const object = requireSerializedObject(value, path);
  const nodes = object.inbound_nodes ?? [];
  return {
    name: layerName(object, path, isFunctional),
    object,
    calls: isFunctional ? decodeInboundNodes(nodes, [...path, 'inbound_nodes']) : [],
    path,
  };
}

function layerName(object: SerializedObject, path: ConfigPath, isRequired: boolean): string {
  const inner = isJsonObject(object.config) ? object.config.name : undefined;
  const name = object.name ?? inner;
  if (!isRequired && (name === undefined || name === null)) return '';
  return requireString(name, [...path, 'name']);
}

function optionalName(config: JsonObject): string | undefined {
  return typeof config.name === 'string' ? config.name : undefined;
}
