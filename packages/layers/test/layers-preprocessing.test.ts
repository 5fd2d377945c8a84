import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

// All expected values below are what TensorFlow 2.15.1 computes for the same arguments and inputs.

const TEXTS = [
  ['a', 'b', ''],
  ['Hallo Welt', 'ä', 'a'],
];

function texts(values: string[] | string[][]): tf.Tensor {
  return tf.tensor(values, undefined, 'string');
}

function close(found: tf.Tensor, wanted: readonly number[]): void {
  const values = [...found.dataSync()];
  expect(values).toHaveLength(wanted.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
  });
}

test('hashing gives the bins that TensorFlow gives', () => {
  const bins = (config: Partial<layers.HashingConfig>): number[] => [
    ...new layers.Hashing({ num_bins: 7, ...config }).apply(texts(TEXTS)).dataSync(),
  ];
  expect(bins({})).toEqual([5, 2, 6, 6, 0, 5]);
  expect(bins({ mask_value: '' })).toEqual([4, 5, 0, 3, 6, 4]);
  expect(bins({ salt: [133, 137] })).toEqual([4, 4, 6, 6, 4, 4]);
  const numbers = tf.tensor2d([[1, -3, 100000000]], [1, 3], 'int32');
  expect([...new layers.Hashing({ num_bins: 5 }).apply(numbers).dataSync()]).toEqual([4, 4, 1]);
});

test('hashing gives integers even if an old file says otherwise', () => {
  const config = { name: 'hashing', dtype: 'float32', num_bins: 7 };
  const layer = layers.deserialize({ class_name: 'Hashing', config });
  expect(layer.apply(layers.Input({ shape: [1], dtype: 'string' })).dtype).toBe('int64');
});

test('crossed features are hashed together', () => {
  const inputs = [texts(['a', 'b', 'c']), tf.tensor1d([1, 2, 3], 'int32')];
  const layer = new layers.HashedCrossing({ num_bins: 5 });
  expect([...layer.apply(inputs).dataSync()]).toEqual([0, 2, 4]);
});

test('a lookup numbers the words of its vocabulary and spreads the others', () => {
  const layer = new layers.StringLookup({ vocabulary: ['a', 'b'], num_oov_indices: 2 });
  expect([...layer.apply(texts(TEXTS)).dataSync()]).toEqual([2, 3, 1, 0, 1, 2]);
  expect(layer.get_vocabulary()).toEqual(['[UNK]', '[UNK]', 'a', 'b']);
});

test('a lookup can encode or go back from numbers to words', () => {
  const encoding = new layers.StringLookup({ vocabulary: ['a', 'b'], output_mode: 'multi_hot' });
  expect(encoding.apply(texts(TEXTS)).arraySync()).toEqual([
    [1, 1, 1],
    [1, 1, 0],
  ]);
  const back = new layers.StringLookup({ vocabulary: ['a', 'b'], invert: true });
  const words = back.apply(tf.tensor1d([0, 1, 2], 'int32')).dataSync() as unknown as string[];
  expect([...words]).toEqual(['[UNK]', 'a', 'b']);
});

test('a lookup of integers learns the frequent ones first', () => {
  const layer = new layers.IntegerLookup({ mask_token: 0 });
  layer.adapt(tf.tensor1d([3, 3, 5, 0, 5, 5, 9], 'int32'));
  expect([...layer.apply(tf.tensor1d([0, 5, 3, 7], 'int32')).dataSync()]).toEqual([0, 2, 3, 1]);
  expect(layer.get_vocabulary().map(Number)).toEqual([0, -1, 5, 3, 9]);
});

test('a vocabulary in a file is refused with the way to pass it', () => {
  expect(() => new layers.StringLookup({ vocabulary: 'words.txt' })).toThrow(/list/);
});

test('text vectorization learns words and gives their numbers', () => {
  const layer = new layers.TextVectorization();
  layer.adapt(texts(['The cat, the DOG!', 'a cat']));
  expect(layer.get_vocabulary()).toEqual(['', '[UNK]', 'the', 'cat', 'dog', 'a']);
  expect(layer.apply(texts(['the dog sat', 'cat'])).arraySync()).toEqual([
    [2, 4, 1],
    [3, 0, 0],
  ]);
});

test('text vectorization weighs words and pairs by how rare they are', () => {
  const layer = new layers.TextVectorization({ output_mode: 'tf_idf', ngrams: 2 });
  layer.adapt(texts(['the cat sat', 'the dog']));
  const found = layer.apply(texts(['the cat the', 'dog']));
  const rare = Math.log(2);
  const row = [0.667101263999939, 1.021651268005371, 0, rare, 0, 0, 0, rare];
  close(found, [...row, 0, 0, 0, 0, 0, rare, 0, 0]);
});

test('text vectorization splits characters and cuts rows to a length', () => {
  const layer = new layers.TextVectorization({
    output_sequence_length: 2,
    split: 'character',
    standardize: 'lower',
  });
  layer.adapt(texts(['Abba']));
  expect(layer.apply(texts(['ABC', 'b'])).arraySync()).toEqual([
    [3, 2],
    [2, 0],
  ]);
});

test('configs of TensorFlow 2.4 that pad without a limit are read', () => {
  const config = { pad_to_max_tokens: true, max_tokens: null, output_mode: 'int' };
  const layer = layers.deserialize({ class_name: 'TextVectorization', config });
  expect(layer.get_config()).toMatchObject(config);
});

test('learned and given boundaries put numbers into bins', () => {
  const learned = new layers.Discretization({ num_bins: 3 });
  learned.adapt(tf.range(0, 10));
  expect(learned.bin_boundaries.map((x) => x.toFixed(4))).toEqual(['2.3333', '5.6667']);
  const given = new layers.Discretization({ bin_boundaries: [0, 1, 2], output_mode: 'one_hot' });
  expect(given.apply(tf.tensor2d([[0], [5]])).arraySync()).toEqual([
    [0, 1, 0, 0],
    [0, 0, 0, 1],
  ]);
});

test('normalization goes both ways', () => {
  const layer = new layers.Normalization();
  layer.adapt(
    tf.tensor2d([
      [1, 10],
      [3, 20],
    ]),
  );
  close(layer.apply(tf.tensor2d([[2, 10]])), [0, -1]);
  const back = new layers.Normalization({ axis: null, invert: true });
  back.adapt(tf.tensor1d([1, 3]));
  close(back.apply(tf.tensor2d([[0, 1]])), [2, 3]);
});

test('categories are counted with their weights', () => {
  const layer = new layers.CategoryEncoding({ num_tokens: 4, output_mode: 'count' });
  const categories = tf.tensor2d([0, 1, 1, 3, 3, 3], [2, 3], 'int32');
  const count_weights = tf.tensor2d([0.5, 1, 1, 2, 2, 2], [2, 3]);
  close(layer.apply(categories, { count_weights }), [0.5, 2, 0, 0, 0, 0, 0, 6]);
});

test('features are crossed as texts of all combinations', () => {
  const a = tf.tensor2d([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const n = tf.tensor2d([[1], [2]], [2, 1], 'int32');
  const crossed = (config: layers.CategoryCrossingConfig): unknown =>
    new layers.CategoryCrossing(config).apply<tf.Tensor>([a, n]).arraySync();
  expect(crossed({})).toEqual([
    ['a_X_1', 'b_X_1'],
    ['c_X_2', 'd_X_2'],
  ]);
  expect(crossed({ depth: 2, separator: '-' })).toEqual([
    ['a', 'b', '1', 'a-1', 'b-1'],
    ['c', 'd', '2', 'c-2', 'd-2'],
  ]);
  expect(crossed({ depth: [1] })).toEqual([
    ['a', 'b', '1'],
    ['c', 'd', '2'],
  ]);
  expect(() => crossed({ depth: [3] })).toThrow(/depth/);
  const layer = layers.deserialize({ class_name: 'CategoryCrossing', config: { depth: [2] } });
  const inputs = [
    layers.Input({ shape: [2], dtype: 'string' }),
    layers.Input({ shape: [1], dtype: 'int64' }),
  ];
  expect(layer.apply(inputs).shape).toEqual([null, 2]);
});

test('boundaries of TensorFlow 2.4, which end with infinity, are those of bins', () => {
  const config = { bins: [0, 1, Number.POSITIVE_INFINITY] };
  const layer = layers.deserialize({ class_name: 'Discretization', config });
  const x = tf.tensor2d([[-1, 0.5, 1, 2, 0]]);
  expect([...layer.apply<tf.Tensor>(x).dataSync()]).toEqual([0, 1, 2, 2, 1]);
});
