import { MalformedError } from '@km/core';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json-value.ts';

/** Keys and indices that lead from the root of a configuration to a value. */
export type ConfigPath = readonly (string | number)[];

/** Writes a path as people do: `config.layers[3].config.units`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Makes the error that a configuration is not what Keras writes there. */
export function configError(path: ConfigPath, expected: string, found: unknown): MalformedError {
  const where = formatPath(path) || 'configuration';
  return new MalformedError(
    `${where}: expected ${expected}, found ${describe(found)}; the file was written by an unknown writer or edited.`,
    { path: where },
  );
}

/** @throws MalformedError that names the path, unless the value is an object. */
export function requireObject(value: JsonValue | undefined, path: ConfigPath): JsonObject {
  if (isJsonObject(value)) return value;
  throw configError(path, 'an object', value);
}

/** @throws MalformedError that names the path, unless the value is an array. */
export function requireArray(value: JsonValue | undefined, path: ConfigPath): JsonArray {
  if (isJsonArray(value)) return value;
  throw configError(path, 'a list', value);
}

/** @throws MalformedError that names the path, unless the value is a string. */
export function requireString(value: JsonValue | undefined, path: ConfigPath): string {
  if (typeof value === 'string') return value;
  throw configError(path, 'a string', value);
}

/** @throws MalformedError that names the path, unless the value is a number. */
export function requireNumber(value: JsonValue | undefined, path: ConfigPath): number {
  if (typeof value === 'number') return value;
  throw configError(path, 'a number', value);
}

/** @throws MalformedError that names the path, unless the value is a whole number within 2^53. */
export function requireInteger(value: JsonValue | undefined, path: ConfigPath): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw configError(path, 'an integer', value);
}

/** @throws MalformedError that names the path, unless the value is a boolean. */
export function requireBoolean(value: JsonValue | undefined, path: ConfigPath): boolean {
  if (typeof value === 'boolean') return value;
  throw configError(path, 'true or false', value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${shorten(String(value))}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
