/** Classes of Keras 1 under their names of Keras 2. */
export const KERAS_1_CLASSES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['Convolution1D', 'Conv1D'],
  ['Convolution2D', 'Conv2D'],
  ['Convolution3D', 'Conv3D'],
  ['Deconvolution2D', 'Conv2DTranspose'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
  ['AtrousConvolution1D', 'Conv1D'],
  ['AtrousConvolution2D', 'Conv2D'],
  ['Model', 'Functional'],
]);

/** Modes of `Merge` and the class of Keras 2 that does the same. */
export const KERAS_1_MERGES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['ave', 'Average'],
  ['max', 'Maximum'],
  ['concat', 'Concatenate'],
  ['dot', 'Dot'],
  ['cos', 'Dot'],
]);

/** Arguments with one new name in all classes that have them; null drops one that has no effect on values. */
const COMMON: readonly (readonly [string, string | null])[] = [
  ['init', 'kernel_initializer'],
  ['inner_init', 'recurrent_initializer'],
  ['beta_init', 'beta_initializer'],
  ['gamma_init', 'gamma_initializer'],
  ['W_regularizer', 'kernel_regularizer'],
  ['U_regularizer', 'recurrent_regularizer'],
  ['b_regularizer', 'bias_regularizer'],
  ['W_constraint', 'kernel_constraint'],
  ['b_constraint', 'bias_constraint'],
  ['bias', 'use_bias'],
  ['border_mode', 'padding'],
  ['dim_ordering', 'data_format'],
  ['subsample', 'strides'],
  ['subsample_length', 'strides'],
  ['filter_length', 'kernel_size'],
  ['nb_filter', 'filters'],
  ['atrous_rate', 'dilation_rate'],
  ['pool_length', 'pool_size'],
  ['inner_activation', 'recurrent_activation'],
  ['dropout_W', 'dropout'],
  ['dropout_U', 'recurrent_dropout'],
  ['consume_less', null],
  ['forget_bias_init', null],
  // The dtype of the input, that only an InputLayer shares with its output.
  ['input_dtype', null],
  ['p', 'rate'],
  ['sigma', 'stddev'],
];

/** Arguments whose new name depends on the class. */
const BY_CLASS: readonly (readonly [string, readonly (readonly [string, string | null])[]])[] = [
  [
    'Embedding',
    [
      ['init', 'embeddings_initializer'],
      ['W_regularizer', 'embeddings_regularizer'],
      ['W_constraint', 'embeddings_constraint'],
      ['dropout', null],
    ],
  ],
  ['PReLU', [['init', 'alpha_initializer']]],
  ['MaxPooling1D', [['stride', 'strides']]],
  ['AveragePooling1D', [['stride', 'strides']]],
  ['UpSampling1D', [['length', 'size']]],
  ['BatchNormalization', [['mode', null]]],
  ['InputLayer', [['input_dtype', 'dtype']]],
];

const WITH_UNITS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'Dense',
  'TimeDistributedDense',
  'LSTM',
  'GRU',
  'SimpleRNN',
]);

/** New names of the arguments of a class; null drops an argument. */
export function keras1Arguments(className: string): ReadonlyMap<string, string | null> {
  const special = BY_CLASS.find(([name]) => name === className)?.[1] ?? [];
  const units: (readonly [string, string | null])[] = WITH_UNITS.has(className)
    ? [
        ['output_dim', 'units'],
        ['input_dim', null],
        ['input_length', null],
      ]
    : [];
  const sizes: (readonly [string, string | null])[] = /^\w*Convolution1D$/.test(className)
    ? [
        ['input_dim', null],
        ['input_length', null],
      ]
    : [];
  return new Map([...COMMON, ...units, ...sizes, ...special]);
}
