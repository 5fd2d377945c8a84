import {
  emptyObject,
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from './json-value.ts';

/** Registered, so that the ES module and the CommonJS copy of this package see each other's marks. */
const FLOATS = Symbol.for('@km/keras-config/floats');

/**
 * Remembers which members of a container print with a decimal point although their value is whole.
 *
 * Python tells `1` from `1.0`; JavaScript does not. The note is a hidden property of the object or array: consumers
 * see plain numbers, and `printConfig` gives back `1.0`. Spreading an object leaves the note behind.
 */
export function markFloats<T extends object>(container: T, keys: Iterable<string | number>): T {
  const marks = new Set(floatMarks(container));
  for (const key of keys) marks.add(String(key));
  Object.defineProperty(container, FLOATS, { value: marks, configurable: true });
  return container;
}

/** Keys of the members that print as floats; undefined for a container that was made in code and never marked. */
export function floatMarks(container: object): ReadonlySet<string> | undefined {
  const marks: unknown = Reflect.get(container, FLOATS);
  return marks instanceof Set ? (marks as ReadonlySet<string>) : undefined;
}

/** True for a member that prints as a float although its value is whole. */
export function isWholeFloat(container: object, key: string | number): boolean {
  return floatMarks(container)?.has(String(key)) === true;
}

/** Gives `target` the note of `source`, for the keys that a rename maps, or all. */
export function copyFloatMarks<T extends object>(
  source: object,
  target: T,
  rename: (key: string) => string = (key) => key,
): T {
  const marks = floatMarks(source);
  return marks === undefined ? target : markFloats(target, Array.from(marks, rename));
}

/** Copies an object with every member passed through `change`; a member whose result is undefined is left out. */
export function mapObject(
  object: JsonObject,
  change: (value: JsonValue, key: string) => JsonValue | undefined,
): MutableJsonObject {
  const result = emptyObject();
  for (const [key, value] of Object.entries(object)) {
    const changed = change(value, key);
    if (changed !== undefined) result[key] = changed;
  }
  return copyFloatMarks(object, result);
}

/** Copies an array with every item passed through `change`. */
export function mapArray(
  array: JsonArray,
  change: (value: JsonValue, index: number) => JsonValue,
): JsonArray {
  return copyFloatMarks(array, array.map(change));
}

/** Copies an object with some keys renamed; `null` drops a key. */
export function renameKeys(
  object: JsonObject,
  names: ReadonlyMap<string, string | null>,
): MutableJsonObject {
  const result = emptyObject();
  for (const [key, value] of Object.entries(object)) {
    const name = names.get(key);
    if (name !== null) result[name ?? key] = value;
  }
  return copyFloatMarks(object, result, (key) => names.get(key) ?? key);
}

/** Copies a value deeply, passing every object through `change` after its members. */
export function rewriteObjects(
  value: JsonValue,
  change: (object: JsonObject) => JsonValue,
): JsonValue {
  if (isJsonArray(value)) return mapArray(value, (item) => rewriteObjects(item, change));
  if (!isJsonObject(value)) return value;
  return change(mapObject(value, (member) => rewriteObjects(member, change)));
}
