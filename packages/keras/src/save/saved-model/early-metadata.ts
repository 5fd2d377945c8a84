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

/** What Keras itself writes of a subclassed model since 2.11. */
const DEFAULTS: ReadonlySet<string> = new Set(['name', 'trainable', 'dtype']);

/**
 * Metadata of a layer for TensorFlow 2.4, which finds them in the objects, where later versions do not look. What it could
 * not make from a config has none, and comes back from its functions: an attention layer would get fresh weights, and of
 * a model's class it expects a config with layers, unless that class gives one of its own.
 */
export function earlyMetadata(metadata: JsonObject): JsonObject {
  const isAttention = metadata.class_name === ATTENTION;
  const isWithout = isAttention || hasDefaults(metadata);
  return mapObject(metadata, (value, key) =>
    isWithout && key === 'config' ? undefined : withoutLater(value),
  );
}

/** True for a subclassed model of which the config tells nothing. */
function hasDefaults({ is_graph_network, config }: JsonObject): boolean {
  if (is_graph_network !== false || !isJsonObject(config)) return false;
  return Object.keys(config).every((key) => DEFAULTS.has(key));
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
