import {
  ATTENTION_SHAPES,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  mapArray,
  mapObject,
} from '@km/keras-config';

const ATTENTION = 'MultiHeadAttention';

/**
 * Metadata of a layer for TensorFlow 2.4, which finds them in the objects, where later versions do not look. It would
 * give an attention layer fresh weights if it made it from a config, so that layer has none and comes back from its
 * functions.
 */
export function earlyMetadata(metadata: JsonObject): JsonObject {
  const isAttention = metadata.class_name === ATTENTION;
  return mapObject(metadata, (value, key) =>
    isAttention && key === 'config' ? undefined : withoutLater(value),
  );
}

function withoutLater(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return mapArray(value, withoutLater);
  if (!isJsonObject(value)) return value;
  const isAttention = value.class_name === ATTENTION;
  return mapObject(value, (member, key) =>
    isAttention && key === 'config' && isJsonObject(member)
      ? mapObject(member, (argument, name) =>
          ATTENTION_SHAPES.includes(name) ? undefined : argument,
        )
      : withoutLater(member),
  );
}
