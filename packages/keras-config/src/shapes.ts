import { type ConfigPath, configError, requireArray } from './config-path.ts';
import { isJsonArray, isJsonObject, type JsonArray, type JsonValue } from './json-value.ts';
import { isSerializedObject } from './serialized-object.ts';

/** Sizes of axes in a configuration; null is unknown. */
export type ConfigShape = readonly (number | null)[];

/** Items of a list, or of `{"class_name": "__tuple__", "items": […]}`; undefined for anything else. */
export function sequenceItems(value: JsonValue | undefined): JsonArray | undefined {
  if (isJsonArray(value)) return value;
  if (!isJsonObject(value) || value.class_name !== '__tuple__') return undefined;
  const items = value.items ?? value.config;
  return isJsonArray(items) ? items : undefined;
}

/**
 * Reads a shape: a list, a tagged tuple, or `{"class_name": "TensorShape", "items": […]}`; null is an unknown rank.
 * @throws MalformedError that names the path.
 */
export function requireShape(value: JsonValue | undefined, path: ConfigPath): ConfigShape | null {
  if (value === null) return null;
  return requireArray(taggedItems(value) ?? value, path).map((size, axis) => {
    if (size === null) return null;
    if (typeof size === 'number' && Number.isSafeInteger(size)) return size;
    throw configError([...path, axis], 'the size of an axis or null', size);
  });
}

/** Items of a list, of a tagged tuple, or of a tagged `TensorShape`; undefined for anything else. */
export function taggedItems(value: JsonValue | undefined): JsonArray | undefined {
  const items = sequenceItems(value);
  if (items !== undefined || !isJsonObject(value)) return items;
  if (value.class_name !== 'TensorShape') return undefined;
  return sequenceItems(isSerializedObject(value) ? value.config : value.items);
}

/** Name of a dtype or of a policy: of `"float32"`, of `{"class_name": "Policy", …}` or of a `DTypePolicy` object. */
export function dtypeName(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!isSerializedObject(value) || !isJsonObject(value.config)) return undefined;
  const name = value.config.name;
  return typeof name === 'string' ? name : undefined;
}
