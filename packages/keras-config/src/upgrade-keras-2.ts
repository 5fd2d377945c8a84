import { mapArray, mapObject } from './floats.ts';
import { isReference } from './inbound-nodes.ts';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json-value.ts';
import { isSerializedObject, lookupName, type SerializedObject } from './serialized-object.ts';
import { taggedItems } from './shapes.ts';

/**
 * Rewrites a value of any Keras 2 in the canonical form: no module paths, `Functional` for `Model`, `config.layers` for
 * the bare list of an old Sequential, four items in every reference, lists for the tagged tuples of SavedModels.
 */
export function upgradeKeras2(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return mapArray(value, upgradeKeras2);
  if (!isJsonObject(value)) return value;
  const items = taggedItems(value);
  if (items !== undefined) return mapArray(items, upgradeKeras2);
  const object = mapObject(value, upgradeKeras2);
  return isSerializedObject(object) ? upgradeObject(object) : object;
}

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['PolicyV1', 'Policy'],
  ['BatchNormalizationV1', 'BatchNormalization'],
  ['BatchNormalizationV2', 'BatchNormalization'],
]);

function upgradeObject(object: SerializedObject): JsonValue {
  if (object.class_name === 'function') return object.config;
  if (object.class_name === '__numpy__' || object.class_name === '__tensor__') {
    return isJsonObject(object.config) ? (object.config.value ?? null) : object;
  }
  const className = canonicalClass(object);
  return mapObject(object, (value, key) => {
    switch (key) {
      case 'module':
      case 'registered_name':
        return undefined;
      case 'class_name':
        return className;
      case 'config':
        // TensorFlow takes a config without name for the bare list itself.
        if (className === 'Sequential' && isJsonArray(value)) return { name: null, layers: value };
        return className === 'Embedding' ? withoutInputDtype(value) : value;
      case 'inbound_nodes':
        return isJsonArray(value) ? completeReferences(value) : value;
      default:
        return value;
    }
  });
}

/** Keras before TensorFlow wrote the dtype of the indices where later releases write that of the table. */
function withoutInputDtype(config: JsonValue): JsonValue {
  if (!isJsonObject(config)) return config;
  return mapObject(config, (value, key) =>
    key === 'dtype' && typeof value === 'string' && /^u?int\d+$/.test(value) ? undefined : value,
  );
}

function canonicalClass(object: SerializedObject): string {
  const name = lookupName(object);
  if (name === 'Model' && isFunctional(object.config)) return 'Functional';
  return RENAMED.get(name) ?? name;
}

function isFunctional(config: JsonValue): boolean {
  return isJsonObject(config) && isJsonArray(config.layers) && 'input_layers' in config;
}

/** Gives every reference of three, as Keras before 2 wrote them, its empty kwargs. */
function completeReferences(nodes: JsonArray): JsonArray {
  return mapArray(nodes, (node) => completeNode(node));
}

function completeNode(node: JsonValue): JsonValue {
  if (isReference(node)) return node.length === 3 ? [...node, noArguments()] : node;
  if (isJsonArray(node)) return mapArray(node, completeNode);
  return isJsonObject(node) ? mapObject(node, completeNode) : node;
}

function noArguments(): JsonObject {
  return {};
}
