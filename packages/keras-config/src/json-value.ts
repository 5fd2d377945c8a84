/** A JSON array. */
export type JsonArray = readonly JsonValue[];

/** A JSON object; one that was parsed has no prototype, so every key is an own key. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON value; integers beyond 2^53 are bigints, and `NaN`, `Infinity` and `-Infinity` are numbers. */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject;

/** A JSON object under construction. */
export type MutableJsonObject = { [key: string]: JsonValue };

/** True for a JSON object, that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Makes an empty object without prototype. */
export function emptyObject(): MutableJsonObject {
  return Object.create(null) as MutableJsonObject;
}
