import * as tf from '@tensorflow/tfjs-core';
import { DENSE } from './common-pairs.ts';
import { layer } from './layer-subject.ts';
import { numbers } from './observe-layer.ts';
import { type Args, inert, pair, refused, type Subject, unnoted } from './subject.ts';

const ROWS = { inputs: () => numbers([2, 4]) };
const LINE = { inputs: () => numbers([2, 8, 4]) };
const PLANE = { inputs: () => numbers([2, 8, 6, 4]) };
const CUBE = { inputs: () => numbers([1, 4, 6, 5, 4]) };
const PAIR = { inputs: () => [numbers([2, 3, 4]), numbers([2, 3, 4], 2)] };
const RANKS = [
  ['1D', LINE],
  ['2D', PLANE],
  ['3D', CUBE],
] as const;
const POOLED = 'pool_size strides padding data_format';
const UNNOTED = 'Keras notes it in no config';
const data_format = unnoted('channels_last', 'channels_first', UNNOTED);
const NORM = 'axis epsilon center scale gamma* beta*';
const MOVING = `${NORM} momentum moving_mean_initializer moving_variance_initializer synchronized`;

const square = (x: tf.Tensor): tf.Tensor => tf.square(x);
const scaled = (x: tf.Tensor, { by }: Args): tf.Tensor => tf.mul(x, Number(by));

/** Arguments of the renormalisation of batches. */
const RENORM = {
  renorm: pair(false, true),
  renorm_clipping: pair(
    { rmax: 1.1, rmin: 0.9, dmax: 0.1 },
    { rmax: 3, rmin: 0.2, dmax: 4 },
    {
      renorm: true,
      moving_variance_initializer: 'zeros',
    },
  ),
  renorm_momentum: pair(0.99, 0.5, { renorm: true }),
};

/** Layers without kernels: merges, normalization, pooling, shapes, noise, attention. */
export const PLAIN_LAYERS: readonly Subject[] = [
  layer('Activation', ROWS, { activation: 'relu' }, 'activation', {
    autocast: unnoted(true, false, UNNOTED, { dtype: 'float16' }),
  }),
  layer('ActivityRegularization', ROWS, {}, '', { l1: pair(0, 0.1), l2: pair(0, 0.1) }),
  ...['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract'].map((name) =>
    layer(name, PAIR, {}, ''),
  ),
  layer('Concatenate', PAIR, {}, 'axis'),
  layer('Dot', PAIR, { axes: 1 }, '', { axes: pair(1, 2), normalize: pair(false, true) }),
  layer('AdditiveAttention', PAIR, {}, '', {
    use_scale: pair(true, false),
    dropout: pair(0, 0.5),
  }),
  layer('Attention', PAIR, {}, '', {
    use_scale: pair(false, true),
    score_mode: pair('dot', 'concat'),
    dropout: pair(0, 0.5),
  }),
  layer(
    'MultiHeadAttention',
    { inputs: () => numbers([2, 3, 2, 4]), kwargs: () => ({ value: numbers([2, 3, 2, 4], 3) }) },
    { num_heads: 2, key_dim: 3 },
    'use_bias dropout kernel* bias* activity_regularizer',
    {
      num_heads: pair(1, 2),
      key_dim: pair(2, 3),
      value_dim: pair(null, 5),
      output_shape: pair(null, [5]),
      attention_axes: pair(null, [1]),
    },
  ),
  ...RANKS.flatMap(([rank, call]) => [
    layer(`AveragePooling${rank}`, call, { pool_size: 3, strides: 2 }, POOLED),
    layer(`MaxPooling${rank}`, call, { pool_size: 3, strides: 2 }, POOLED),
    layer(`GlobalAveragePooling${rank}`, call, {}, 'data_format keepdims'),
    layer(`GlobalMaxPooling${rank}`, call, {}, 'data_format keepdims'),
  ]),
  layer('Cropping1D', LINE, {}, '', { cropping: pair([1, 1], [1, 2]) }),
  layer('Cropping2D', PLANE, { cropping: 1 }, 'data_format', { cropping: pair(1, 2) }),
  layer('Cropping3D', CUBE, { cropping: 1 }, 'data_format', {
    cropping: pair(
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [2, 1],
        [0, 1],
      ],
    ),
  }),
  layer('ZeroPadding1D', LINE, {}, '', { padding: pair(1, 2) }),
  layer('ZeroPadding2D', PLANE, {}, 'data_format', { padding: pair(1, 2) }),
  layer('ZeroPadding3D', CUBE, {}, 'data_format', { padding: pair(1, 2) }),
  layer('UpSampling1D', LINE, {}, '', { size: pair(2, 3) }),
  layer('UpSampling2D', PLANE, {}, 'data_format', {
    size: pair(2, 3),
    interpolation: pair('nearest', 'bilinear'),
  }),
  layer('UpSampling3D', CUBE, {}, 'data_format', { size: pair(2, 3) }),
  layer('Flatten', PLANE, {}, 'data_format'),
  layer('Permute', LINE, { dims: [2, 1] }, '', { dims: pair([2, 1], [1, 2]) }),
  layer('RepeatVector', ROWS, { n: 2 }, '', { n: pair(2, 3) }),
  layer('Reshape', LINE, { target_shape: [-1] }, '', { target_shape: pair([4, 8], [8, -1, 2]) }),
  layer('ELU', ROWS, {}, '', { alpha: pair(1, 2) }),
  layer('LeakyReLU', ROWS, {}, '', { alpha: pair(0.3, 0.1) }),
  layer('ThresholdedReLU', ROWS, {}, '', { theta: pair(1, 0.2) }),
  layer('Softmax', LINE, {}, 'axis'),
  layer('PReLU', LINE, {}, 'alpha*', { shared_axes: pair(null, [1]) }),
  layer('ReLU', ROWS, {}, '', {
    max_value: pair(null, 0.5),
    negative_slope: pair(0, 0.3),
    threshold: pair(0, 1.2),
  }),
  layer('BatchNormalization', LINE, {}, MOVING, {
    ...RENORM,
    adjustment: refused(() => [1, 0], /adjustment/, 'a function of Python, which no config holds'),
    virtual_batch_size: pair(null, 1, { axis: -1 }),
    fused: inert(null, false, 'a hint to TensorFlow about how it computes'),
  }),
  layer('SyncBatchNormalization', LINE, {}, MOVING.replace(' synchronized', ''), {
    ...RENORM,
    adjustment: refused(() => [1, 0], /adjustment/, 'a function of Python, which no config holds'),
  }),
  layer('LayerNormalization', LINE, {}, NORM),
  layer('GroupNormalization', PLANE, { groups: 2 }, NORM, { groups: pair(2, 1) }),
  layer('UnitNormalization', LINE, {}, 'axis'),
  layer('Dropout', ROWS, { rate: 0.5 }, 'rate seed', { noise_shape: pair(null, [2, 1]) }),
  layer('AlphaDropout', ROWS, { rate: 0.5 }, 'rate seed', {
    noise_shape: unnoted(null, [2, 1], UNNOTED),
  }),
  layer('GaussianDropout', ROWS, { rate: 0.5 }, 'rate seed'),
  layer('GaussianNoise', ROWS, { stddev: 1 }, 'seed', { stddev: pair(1, 2) }),
  layer('SpatialDropout1D', LINE, { rate: 0.5 }, 'rate'),
  layer('SpatialDropout2D', PLANE, { rate: 0.5 }, 'rate', { data_format }),
  layer('SpatialDropout3D', CUBE, { rate: 0.5 }, 'rate', { data_format }),
  layer('Masking', { inputs: () => tf.zeros([2, 3, 4]) }, {}, '', { mask_value: pair(0, 1) }),
  layer('Identity', ROWS, {}, 'dynamic'),
  layer(
    'Embedding',
    { inputs: () => tf.tensor2d([[0, 1, 2]], [1, 3], 'int32') },
    { input_dim: 4, output_dim: 2 },
    'embeddings* activity_regularizer',
    {
      input_dim: pair(4, 5),
      output_dim: pair(2, 3),
      mask_zero: pair(false, true),
      input_length: pair(null, 3),
      sparse: inert(false, true, DENSE),
    },
  ),
  layer('RandomFourierFeatures', ROWS, { output_dim: 3 }, '', {
    output_dim: pair(3, 5),
    kernel_initializer: pair('gaussian', 'laplacian'),
    scale: pair(1, 3),
    trainable: pair(false, true),
  }),
  layer('Lambda', ROWS, { function: square }, '', {
    function: pair(square, (x: tf.Tensor) => tf.neg(x)),
    output_shape: pair([4], [null], { function: square }),
    mask: unnoted(null, tf.ones([2, 4]), 'masks of functions are noted by their names'),
    arguments: pair({ by: 2 }, { by: 3 }, { function: scaled }),
  }),
];
