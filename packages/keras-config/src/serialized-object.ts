import { type ConfigPath, configError, requireObject } from './config-path.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** An object of Keras in JSON: the legacy form has the first two members, the v3 form also `module` and `registered_name`. */
export interface SerializedObject extends JsonObject {
  readonly class_name: string;
  readonly config: JsonValue;
}

/** True for `{class_name, config}` with whatever else stands beside them. */
export function isSerializedObject(value: unknown): value is SerializedObject {
  return isJsonObject(value) && typeof value.class_name === 'string' && 'config' in value;
}

/** True for the v3 form, that names a module and a registered name. */
export function isV3Object(value: unknown): value is SerializedObject {
  return isSerializedObject(value) && 'module' in value && 'registered_name' in value;
}

/** @throws MalformedError that names the path, unless the value is `{class_name, config}`. */
export function requireSerializedObject(
  value: JsonValue | undefined,
  path: ConfigPath,
): SerializedObject {
  if (isSerializedObject(value)) return value;
  throw configError(path, 'an object with class_name and config', value);
}

/** Config of a serialized object. @throws MalformedError that names the path, unless it is an object. */
export function requireConfig(object: SerializedObject, path: ConfigPath): JsonObject {
  return requireObject(object.config, [...path, 'config']);
}

/**
 * Name under which the class of an object is looked up: `Package>name` of a registered class, else the class name.
 *
 * The module plays no part, since it differs between releases for the same class.
 */
export function lookupName(object: SerializedObject): string {
  const registered = object.registered_name;
  return typeof registered === 'string' && registered.includes('>')
    ? registered
    : object.class_name;
}
