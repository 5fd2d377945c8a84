import { isKmError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

type Column = Readonly<{ class_name: string; config: Readonly<Record<string, unknown>> }>;

const column = (class_name: string, config: Readonly<Record<string, unknown>>): Column => ({
  class_name,
  config,
});
const AGE = column('NumericColumn', { key: 'age', shape: [1], normalizer_fn: null });
const AGES = column('BucketizedColumn', { source_column: AGE, boundaries: [18, 30, 50] });
const WORDS = column('VocabularyListCategoricalColumn', {
  key: 'word',
  vocabulary_list: ['a', 'b', 'c'],
  dtype: 'string',
  default_value: -1,
  num_oov_buckets: 1,
});
const indicator = (categorical_column: Column): Column =>
  column('IndicatorColumn', { categorical_column });
const identity = (key: string, default_value: number | null = null): Column =>
  column('IdentityCategoricalColumn', { key, number_buckets: 5, default_value });

/** Three samples; the expected values are those of TensorFlow 2.4.4 and 2.15.1. */
const FEATURES = (): Record<string, tf.Tensor> => ({
  age: tf.tensor2d([[20], [55], [3]]),
  word: tf.tensor2d([
    ['a', 'x'],
    ['c', 'a'],
    ['', 'b'],
  ]),
  ident: tf.tensor2d(
    [
      [1, 4],
      [-1, 2],
      [-1, -1],
    ],
    undefined,
    'int32',
  ),
  ident4: tf.tensor2d(
    [
      [1, 7],
      [0, 2],
      [3, 3],
    ],
    undefined,
    'int32',
  ),
  wt: tf.tensor2d([
    [0.5, 2],
    [1, 3],
    [1.5, 0.25],
  ]),
});

const make = (...feature_columns: Column[]): layers.Layer =>
  layers.deserialize({
    class_name: 'DenseFeatures',
    config: { name: 'dense_features', feature_columns, partitioner: null },
  });

const valuesOf = (...columns: Column[]): unknown =>
  make(...columns)
    .apply<tf.Tensor>(FEATURES() as never)
    .arraySync();

test.each<readonly [string, Column, number[][]]>([
  ['numbers', AGE, [[20], [55], [3]]],
  [
    'intervals',
    AGES,
    [
      [0, 1, 0, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ],
  ],
  [
    'a vocabulary with a place for unknown texts',
    indicator(WORDS),
    [
      [1, 0, 0, 1],
      [1, 0, 1, 0],
      [0, 1, 0, 0],
    ],
  ],
  [
    'hashes of texts',
    indicator(column('HashedCategoricalColumn', { key: 'word', hash_bucket_size: 4 })),
    [
      [0, 0, 1, 1],
      [1, 0, 0, 1],
      [0, 0, 1, 0],
    ],
  ],
  [
    'hashes of whole numbers',
    indicator(
      column('HashedCategoricalColumn', { key: 'ident', hash_bucket_size: 4, dtype: 'int64' }),
    ),
    [
      [0, 1, 0, 1],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    ],
  ],
  [
    'crossed intervals and texts',
    indicator(
      column('CrossedColumn', { keys: [AGES, 'word'], hash_bucket_size: 7, hash_key: null }),
    ),
    [
      [0, 1, 0, 0, 0, 1, 0],
      [0, 0, 0, 1, 0, 1, 0],
      [1, 0, 1, 0, 0, 0, 0],
    ],
  ],
  [
    'weighted categories',
    indicator(
      column('WeightedCategoricalColumn', {
        categorical_column: identity('ident4', 1),
        weight_feature_key: 'wt',
        dtype: 'float32',
      }),
    ),
    [
      [0, 2.5, 0, 0, 0],
      [1, 0, 3, 0, 0],
      [0, 0, 0, 1.75, 0],
    ],
  ],
])('%s become what TensorFlow makes of them', (_, given, expected) => {
  expect(valuesOf(given)).toEqual(expected);
});

test('columns stand in the order of their names, and embeddings have theirs', () => {
  const embedding = (combiner: string, max_norm: number | null = null): Column =>
    column('EmbeddingColumn', {
      categorical_column: identity('ident'),
      dimension: 2,
      combiner,
      max_norm,
      initializer: { class_name: 'Ones', config: {} },
      trainable: true,
    });
  const layer = make(embedding('mean'), AGE);
  const found = layer.apply<tf.Tensor>(FEATURES() as never).arraySync();
  expect(layer.weights.map(({ name }) => name)).toEqual([
    'dense_features/ident_embedding/embedding_weights',
  ]);
  expect(found).toEqual([
    [20, 1, 1],
    [55, 1, 1],
    [3, 0, 0],
  ]);
  expect(valuesOf(embedding('sum'))).toEqual([
    [2, 2],
    [1, 1],
    [0, 0],
  ]);
  const [[root = 0] = []] = valuesOf(embedding('sqrtn')) as number[][];
  expect(root).toBeCloseTo(Math.SQRT2, 6);
  const [[bounded = 0] = []] = valuesOf(embedding('mean', 0.5)) as number[][];
  expect(bounded).toBeCloseTo(0.5 * Math.SQRT1_2, 6);
  expect(layer.get_config()).toMatchObject({ feature_columns: [AGE, embedding('mean')] });
});

test('features that are missing, categories that are none and functions of Python are refused', () => {
  expect(() => make(AGE).apply({ other: tf.ones([1, 1]) } as never)).toThrow(/'age' is missing/);
  expect(() => valuesOf(indicator(identity('ident4')))).toThrow(/7 is no category/);
  const refused = [
    column('NumericColumn', { key: 'age', shape: [1], normalizer_fn: 'log' }),
    column('SharedEmbeddingColumn', { key: 'age' }),
  ];
  for (const each of refused) {
    try {
      make(each);
      throw new Error('It was made.');
    } catch (error) {
      expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
    }
  }
});

test('the shape of features by name is known without values', () => {
  const inputs = {
    age: layers.Input({ shape: [1] }),
    word: layers.Input({ shape: [2], dtype: 'string' }),
  };
  const output = make(AGES, indicator(WORDS)).apply(inputs as never);
  expect(output).toMatchObject({ shape: [null, 8], dtype: 'float32' });
});
