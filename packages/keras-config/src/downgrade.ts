import { copyFloatMarks, mapArray, mapObject } from './floats.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';

/**
 * Rewrites a canonical configuration so that TensorFlow 2.4 to 2.15 and tf_keras all read it.
 *
 * Arguments that TensorFlow 2.4 does not know are left out where they hold their default; what has another value stays,
 * since dropping it would change the model. Entries of the v3 form (`module`, `registered_name`, `build_config`) go.
 */
export function toWidestForm(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return mapArray(value, toWidestForm);
  if (!isJsonObject(value)) return value;
  const object = mapObject(value, toWidestForm);
  return isSerializedObject(object) ? withoutLaterParts(object) : object;
}

const V3_KEYS: ReadonlySet<string> = new Set(['module', 'registered_name', 'build_config']);

function withoutLaterParts(object: SerializedObject): JsonObject {
  const later = laterArguments(object.class_name);
  return mapObject(object, (value, key) => {
    if (V3_KEYS.has(key)) return undefined;
    if (key !== 'config' || !isJsonObject(value)) return value;
    const drops = needlessInLookups(object.class_name, value);
    const config = mapObject(value, (argument, name) =>
      drops(name, argument) ||
      later.some(([late, neutral]) => late === name && neutral === argument)
        ? undefined
        : argument,
    );
    return object.class_name === 'MultiHeadAttention'
      ? copyFloatMarks(config, { ...withoutShapes(), ...config })
      : config;
  });
}

/**
 * Tells the arguments that lookup layers can do without where numbers of tokens come out: the size of the vocabulary, and
 * of a StringLookup the dtype, which is that of the texts in TensorFlow 2.4 and that of the numbers in later ones.
 */
function needlessInLookups(
  className: string,
  { output_mode = 'int' }: JsonObject,
): (name: string, argument: JsonValue) => boolean {
  const isText = className === 'StringLookup';
  if (output_mode !== 'int' || !(isText || className === 'TextVectorization')) return () => false;
  return (name, argument) =>
    name === 'vocabulary_size' || (isText && name === 'dtype' && argument === 'int64');
}

/** Arguments of MultiHeadAttention without which TensorFlow since 2.5 does not load it; 2.4 does not load it with them. */
export const ATTENTION_SHAPES: readonly string[] = ['query_shape', 'key_shape', 'value_shape'];

function withoutShapes(): JsonObject {
  return Object.fromEntries(ATTENTION_SHAPES.map((name) => [name, null]));
}

type LaterArgument = readonly [name: string, neutral: JsonValue];

/** Arguments that TensorFlow 2.15 writes and 2.4 refuses, with the value that equals their absence. */
const LATER: readonly (readonly [classes: RegExp, arguments_: readonly LaterArgument[]])[] = [
  [/^Global(Average|Max)Pooling[123]D$/, [['keepdims', false]]],
  [/^(AlphaDropout|GaussianDropout|GaussianNoise)$/, [['seed', null]]],
  [/^Attention$/, [['score_mode', 'dot']]],
  [/^Resizing$/, [['crop_to_aspect_ratio', false]]],
  [
    /^Normalization$/,
    [
      ['invert', false],
      ['mean', null],
      ['variance', null],
    ],
  ],
  [
    /^Hashing$/,
    [
      ['mask_value', null],
      ['output_mode', 'int'],
      ['sparse', false],
    ],
  ],
  [
    /^(TextVectorization|StringLookup)$/,
    [
      ['sparse', false],
      ['ragged', false],
      ['vocabulary', null],
      ['idf_weights', null],
      ['encoding', 'utf-8'],
    ],
  ],
  [
    /^StringLookup$/,
    [
      ['output_mode', 'int'],
      ['pad_to_max_tokens', false],
      ['vocabulary_dtype', 'string'],
    ],
  ],
  [/^BatchNormalization$/, [['synchronized', false]]],
  [
    /Crossentropy$/,
    [
      ['ignore_class', null],
      ['axis', -1],
    ],
  ],
  [
    /^AUC$/,
    [
      ['num_labels', null],
      ['from_logits', false],
    ],
  ],
  [/^(PrecisionAtRecall|RecallAtPrecision|S\w+AtS\w+)$/, [['class_id', null]]],
];

function laterArguments(className: string): readonly LaterArgument[] {
  const found = LATER.filter(([classes]) => classes.test(className)).flatMap(([, list]) => list);
  return LOSSES.has(className) ? [...found, ['fn', LOSSES.get(className) ?? null]] : found;
}

/** Losses whose config repeats their own function since 2.13. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  ['BinaryCrossentropy', 'binary_crossentropy'],
  ['CategoricalCrossentropy', 'categorical_crossentropy'],
  ['SparseCategoricalCrossentropy', 'sparse_categorical_crossentropy'],
  ['CategoricalHinge', 'categorical_hinge'],
  ['CosineSimilarity', 'cosine_similarity'],
  ['Hinge', 'hinge'],
  ['SquaredHinge', 'squared_hinge'],
  ['Huber', 'huber'],
  ['KLDivergence', 'kl_divergence'],
  ['LogCosh', 'log_cosh'],
  ['MeanAbsoluteError', 'mean_absolute_error'],
  ['MeanAbsolutePercentageError', 'mean_absolute_percentage_error'],
  ['MeanSquaredError', 'mean_squared_error'],
  ['MeanSquaredLogarithmicError', 'mean_squared_logarithmic_error'],
  ['Poisson', 'poisson'],
]);
