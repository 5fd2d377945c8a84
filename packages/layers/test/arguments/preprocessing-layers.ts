import * as tf from '@tensorflow/tfjs-core';
import { layer } from './layer-subject.ts';
import { numbers } from './observe-layer.ts';
import { type Args, noted, pair, refused, type Subject } from './subject.ts';

const IMAGES = { inputs: () => tf.tidy(() => tf.mul(tf.abs(numbers([2, 6, 5, 3])), 0.7)) };
const NUMBERS = { inputs: () => tf.tensor1d([1, 2, 2, 9], 'int32') };
const WORDS = { inputs: () => tf.tensor1d(['cat', 'dog', 'dog', 'ox'], 'string') };
const TEXTS = {
  inputs: () => tf.tensor2d(['The cat!', 'the dog_a ox cat'], [2, 1], 'string'),
};
const encoded = pair('one_hot', 'count');
const vocabulary = ['cat', 'dog'];
const idf_weights = pair([1, 2], [3, 4], { output_mode: 'tf_idf' });
const padded = (given: object): ReturnType<typeof pair> =>
  pair(false, true, { max_tokens: 9, output_mode: 'multi_hot', ...given });
const hint = 'sparse';
const LIMITED = { output_mode: 'multi_hot', pad_to_max_tokens: true };

const AGES = { inputs: () => ({ age: tf.tensor2d([[20], [60]]) }) as never };
const AGE = { class_name: 'NumericColumn', config: { key: 'age', shape: [1] } };
const OLD = { class_name: 'BucketizedColumn', config: { source_column: AGE, boundaries: [30] } };

/** Layers that prepare data. */
export const PREPROCESSING_LAYERS: readonly Subject[] = [
  layer(
    'CategoryEncoding',
    { inputs: () => tf.tensor1d([1, 2, 2, 0], 'int32') },
    { num_tokens: 3 },
    hint,
    {
      num_tokens: pair(3, 4),
      max_tokens: pair(3, 4, { num_tokens: undefined }),
      output_mode: pair('multi_hot', 'count'),
    },
  ),
  layer('Discretization', { inputs: () => numbers([2, 3]) }, { bins: [0, 1] }, '', {
    dtype: pair('int64', 'int32'),
    bins: pair([0, 1, Number.POSITIVE_INFINITY], [-1, 0.5]),
  }),
  layer('Discretization', ROWS(), { bin_boundaries: [0, 1] }, '', {
    dtype: pair('int64', 'int32'),
    bin_boundaries: pair([0, 1], [-1, 0.5]),
    num_bins: pair(2, 4, { bin_boundaries: null }),
    epsilon: noted(0.01, 0.3, 'coarser sketches of small data are the same', {
      bin_boundaries: null,
      num_bins: 3,
    }),
    output_mode: pair('int', 'multi_hot'),
    sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'multi_hot' }),
  }),
  layer('DenseFeatures', AGES, { feature_columns: [AGE] }, '', {
    dtype: noted('float32', 'float64', 'numbers are computed in float32'),
    feature_columns: pair([AGE], [OLD]),
    partitioner: refused(() => [1], /partitioner/, 'a function of Python that cuts variables up'),
  }),
  layer('CategoryCrossing', { inputs: () => [WORDS.inputs(), NUMBERS.inputs()] }, {}, '', {
    dtype: noted('float32', 'float16', 'texts are made in any dtype'),
    depth: pair(null, 2),
    separator: pair('_X_', '-'),
  }),
  layer('Hashing', WORDS, { num_bins: 7 }, '', {
    dtype: pair('int64', 'int32'),
    num_bins: pair(7, 3),
    mask_value: pair(null, 'dog'),
    salt: pair(null, 1337),
    output_mode: pair('int', 'one_hot'),
    sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'one_hot' }),
  }),
  layer(
    'HashedCrossing',
    { inputs: () => [NUMBERS.inputs(), WORDS.inputs()] },
    { num_bins: 7 },
    '',
    {
      dtype: pair('int64', 'int32'),
      num_bins: pair(7, 3),
      output_mode: pair('int', 'one_hot'),
      sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'one_hot' }),
    },
  ),
  layer('IntegerLookup', NUMBERS, { vocabulary: [1, 2] }, '', {
    max_values: pair(5, 9, LIMITED),
    mask_value: pair(null, 0),
    oov_value: pair(-1, -7, { invert: true }),
    dtype: pair('int64', 'int32'),
    max_tokens: pair(5, 9, LIMITED),
    num_oov_indices: pair(1, 3),
    mask_token: pair(null, 0),
    oov_token: pair(-1, -7, { invert: true }),
    vocabulary: pair([1, 2], [2, 9]),
    vocabulary_dtype: pair('int64', 'int32', { invert: true }),
    idf_weights,
    invert: pair(false, true),
    output_mode: encoded,
    sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'multi_hot' }),
    pad_to_max_tokens: padded({}),
  }),
  layer('StringLookup', WORDS, { vocabulary }, '', {
    dtype: pair('int64', 'int32'),
    max_tokens: pair(5, 9, LIMITED),
    num_oov_indices: pair(1, 3),
    mask_token: pair(null, ''),
    vocabulary: pair(['cat', 'dog'], ['ox', 'dog']),
    idf_weights,
    encoding: noted('utf-8', 'latin-1', 'strings of JavaScript are Unicode'),
    invert: pair(false, true),
    output_mode: encoded,
    sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'multi_hot' }),
    pad_to_max_tokens: padded({}),
  }),
  layer('StringLookup', NUMBERS, { vocabulary, invert: true }, '', {
    dtype: refused('float32', /integer/, 'numbers of tokens are whole'),
    oov_token: pair('[UNK]', '[NO]'),
  }),
  layer('TextVectorization', TEXTS, { vocabulary }, '', {
    dtype: refused('float32', /string/, 'texts are strings'),
    max_tokens: pair(5, 9, LIMITED),
    standardize: pair('lower_and_strip_punctuation', 'lower'),
    split: pair('whitespace', 'character'),
    ngrams: pair(null, 2),
    output_mode: pair('int', 'count'),
    output_sequence_length: pair(null, 3),
    pad_to_max_tokens: padded({}),
    vocabulary: pair(['cat', 'dog'], ['ox', 'dog']),
    idf_weights,
    sparse: noted(false, true, 'tfjs has no sparse tensors', { output_mode: 'multi_hot' }),
    ragged: pair(false, true),
    encoding: noted('utf-8', 'latin-1', 'strings of JavaScript are Unicode'),
  }),
  layer('Normalization', ROWS(), { mean: 1, variance: 2 }, '', {
    axis: pair(-1, null, { mean: null, variance: null }),
    mean: pair(1, 2),
    variance: pair(2, 3),
    invert: pair(false, true),
  }),
  layer('CenterCrop', IMAGES, { height: 3, width: 3 }, '', {
    height: pair(3, 4),
    width: pair(3, 4),
  }),
  layer('Rescaling', IMAGES, { scale: 2 }, '', { scale: pair(2, 3), offset: pair(0, 1) }),
  layer('Resizing', IMAGES, { height: 3, width: 4 }, 'interpolation', {
    height: pair(3, 4),
    width: pair(4, 3),
    crop_to_aspect_ratio: pair(false, true),
  }),
  layer('RandomBrightness', IMAGES, { factor: 0.2, value_range: [0, 1], seed: 1 }, 'seed', {
    factor: pair(0.2, 0.5),
    value_range: pair([0, 1], [0, 255]),
  }),
  layer('RandomContrast', IMAGES, { factor: 0.2, seed: 1 }, 'seed', { factor: pair(0.2, 0.5) }),
  layer('RandomCrop', IMAGES, { height: 3, width: 3, seed: 1 }, '', {
    height: pair(3, 4),
    width: pair(3, 4),
    seed: pair(1, 3),
  }),
  layer('RandomFlip', IMAGES, { seed: 1 }, '', {
    mode: pair('horizontal', 'vertical'),
    seed: pair(1, 6),
  }),
  layer('RandomHeight', IMAGES, { factor: 0.5, seed: 1 }, 'interpolation', {
    factor: pair(0.5, 0.9),
    seed: pair(1, 4),
  }),
  layer('RandomWidth', IMAGES, { factor: 0.5, seed: 1 }, 'interpolation', {
    factor: pair(0.5, 0.9),
    seed: pair(1, 4),
  }),
  layer(
    'RandomRotation',
    IMAGES,
    { factor: 0.4, seed: 1 },
    'fill_mode interpolation seed fill_value',
    {
      factor: pair(0.2, 0.4),
    },
  ),
  layer(
    'RandomTranslation',
    IMAGES,
    { height_factor: 0.5, width_factor: 0.5, seed: 1 },
    'fill_mode interpolation seed fill_value',
    { height_factor: pair(0.5, 0.2), width_factor: pair(0.5, 0.2) },
  ),
  layer(
    'RandomZoom',
    IMAGES,
    { height_factor: [0.2, 0.9], seed: 1 },
    'fill_mode interpolation seed fill_value',
    { height_factor: pair([0.2, 0.9], [0.1, 0.4]), width_factor: pair(null, [0.1, 0.3]) },
  ),
];

function ROWS(): { inputs: () => tf.Tensor; adapt: (args: Args) => tf.Tensor | null } {
  return {
    inputs: () => numbers([2, 4]),
    adapt: (args) =>
      (args.mean ?? args.bin_boundaries ?? null) === null ? numbers([6, 4], 2) : null,
  };
}
