import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  mapArray,
  mapObject,
} from '@km/keras-config';

/** Tuple of Python in the JSON of Keras metadata. */
export function tuple(items: readonly JsonValue[]): JsonObject {
  return { class_name: '__tuple__', items: [...items] };
}

/** Shape, or shapes in lists and dictionaries, in the JSON of Keras metadata. */
export function shapeJson(shape: unknown): JsonValue {
  if (isShape(shape)) return { class_name: 'TensorShape', items: [...shape] };
  if (Array.isArray(shape)) return shape.map(shapeJson);
  if (typeof shape !== 'object' || shape === null) return null;
  return Object.fromEntries(Object.entries(shape).map(([key, item]) => [key, shapeJson(item)]));
}

function isShape(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((size) => size === null || typeof size === 'number');
}

/** Spec of a tensor in the JSON of Keras metadata. */
export function specJson(
  shape: readonly (number | null)[],
  dtype: string,
  name: string | null,
): JsonObject {
  return {
    class_name: 'TypeSpec',
    type_spec: 'tf.TensorSpec',
    serialized: [shapeJson(shape), dtype, name],
  };
}

/** Arguments for which Keras takes tuples and no lists. */
const TUPLES: ReadonlySet<string> = new Set(['batch_input_shape', 'ngrams']);

/** The same config with shapes of inputs, and sizes of groups of tokens, as the tuples that Keras has there. */
export function withTuples(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return mapArray(value, withTuples);
  if (!isJsonObject(value)) return value;
  return mapObject(value, (member, key) =>
    TUPLES.has(key) && isJsonArray(member) ? tuple(member) : withTuples(member),
  );
}
