import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  mapArray,
  mapObject,
} from '@km/keras-config';
import { type Layer, layers } from '@km/layers';

type LookupLayer = InstanceType<typeof layers.StringLookup | typeof layers.IntegerLookup>;

/** Tells whether the table of a layer is among the saved objects. */
export type HasTable = (layer: object) => boolean;

/**
 * Lookup and text layers, by name, that have their vocabularies neither as an argument nor in a table from which
 * TensorFlow takes one that was learned.
 */
export function learnedVocabularies(
  owner: Layer,
  hasTable: HasTable,
): ReadonlyMap<string, LookupLayer> {
  const found = new Map<string, LookupLayer>();
  for (const layer of owner._flatten_layers()) {
    const inner = '_lookup_layer' in layer ? layer._lookup_layer : layer;
    if (isLearned(inner) && !(isRestored(inner) && hasTable(inner))) found.set(layer.name, inner);
  }
  return found;
}

function isLearned(layer: unknown): layer is LookupLayer {
  const isLookup = layer instanceof layers.StringLookup || layer instanceof layers.IntegerLookup;
  return isLookup && layer.input_vocabulary === null && layer.get_vocabulary(false).length > 0;
}

/** True for a layer that TensorFlow 2.5 and later fill from its table. */
function isRestored({ _has_input_vocabulary, output_mode }: LookupLayer): boolean {
  return !_has_input_vocabulary && output_mode === 'int';
}

const CLASSES: ReadonlySet<JsonValue | undefined> = new Set([
  'IntegerLookup',
  'StringLookup',
  'TextVectorization',
]);

/** Writes learned vocabularies into configurations, as if they had been given: Keras makes their tables from there. */
export function withVocabularies(
  value: JsonValue,
  learned: ReadonlyMap<string, LookupLayer>,
): JsonValue {
  if (learned.size === 0) return value;
  if (isJsonArray(value)) return mapArray(value, (item) => withVocabularies(item, learned));
  if (!isJsonObject(value)) return value;
  const object = mapObject(value, (item) => withVocabularies(item, learned));
  const { class_name, config } = object;
  if (!CLASSES.has(class_name) || !isJsonObject(config)) return object;
  const layer = learned.get(String(config.name));
  return layer === undefined ? object : { ...object, config: withVocabulary(config, layer) };
}

function withVocabulary(config: JsonObject, layer: LookupLayer): JsonObject {
  const vocabulary = layer.get_vocabulary(false);
  const weights = layer.idf_weights;
  const front = layer.vocabulary_size() - vocabulary.length;
  const idf_weights =
    weights === undefined
      ? (config.idf_weights ?? null)
      : Array.from(weights.values().subarray(front, front + vocabulary.length), Number);
  return { ...config, vocabulary, idf_weights };
}
