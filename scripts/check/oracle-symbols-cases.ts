import { type KerasTensor, layers } from '@km/keras';
import type * as tf from '@tensorflow/tfjs-core';

/** An input: its values, and which axes are open in the model. */
export interface Given {
  readonly dtype: 'float32' | 'int32' | 'string' | 'bool';
  readonly shape: readonly number[];
  readonly open: readonly number[];
  readonly values: readonly (number | string)[];
}

/** A model of one function, and what Python computes with the inputs a, b, c … */
export interface SymbolCase {
  readonly id: string;
  readonly inputs: readonly Given[];
  readonly call: (inputs: readonly KerasTensor[]) => unknown;
  readonly python: string;
  /** True where gradients are compared, too. */
  readonly gradient?: boolean;
  /** True where the function draws numbers that are not those of a seed. */
  readonly random?: boolean;
}

/** Applies a function of TensorFlow. */
const fn = (symbol: string, input: unknown, args: object = {}): unknown =>
  new layers.TFOpLambda({ function: symbol }).apply(input as tf.Tensor, args as never);

const texts = (shape: readonly number[], values: string, open: readonly number[] = [0]): Given => ({
  dtype: 'string',
  shape,
  open,
  values: values.split(' '),
});

/** Cases of one input, by the function and its arguments. */
function one(
  input: Given,
  rows: readonly (readonly [id: string, symbol: string, args: object, python: string])[],
): SymbolCase[] {
  return rows.map(([id, symbol, args, python]) => ({
    id,
    inputs: [input],
    call: ([x]) => fn(symbol, x, args),
    python,
  }));
}

const WORDS = texts([2, 3], 'a bb ccc dd é f');

/** Functions that move texts. */
const TEXTS: readonly SymbolCase[] = [
  ...one(WORDS, [
    ['texts-transpose', 'transpose', { perm: [1, 0] }, 'tf.transpose(a, [1, 0])'],
    ['texts-reshape', 'reshape', { shape: [-1] }, 'tf.reshape(a, [-1])'],
    ['texts-expand', 'expand_dims', { axis: 1 }, 'tf.expand_dims(a, 1)'],
    ['texts-tile', 'tile', { multiples: [2, 1] }, 'tf.tile(a, [2, 1])'],
    ['texts-reverse', 'reverse', { axis: [1] }, 'tf.reverse(a, [1])'],
    ['texts-roll', 'roll', { shift: 1, axis: 1 }, 'tf.roll(a, 1, 1)'],
    ['texts-repeat', 'repeat', { repeats: 2, axis: 1 }, 'tf.repeat(a, 2, axis=1)'],
    ['texts-split', 'split', { num_or_size_splits: 3, axis: 1 }, 'tf.split(a, 3, axis=1)'],
    ['texts-unstack', 'unstack', { axis: 1 }, 'tf.unstack(a, axis=1)'],
    ['texts-gather', 'gather', { indices: [2, 0], axis: 1 }, 'tf.gather(a, [2, 0], axis=1)'],
    [
      'texts-pad',
      'pad',
      {
        paddings: [
          [0, 0],
          [1, 2],
        ],
      },
      'tf.pad(a, [[0, 0], [1, 2]], constant_values="")',
    ],
    ['texts-slice', 'slice', { begin: [0, 1], size: [-1, 2] }, 'tf.slice(a, [0, 1], [-1, 2])'],
    [
      'texts-strided',
      'strided_slice',
      { begin: [0, 2], end: [1, 0], strides: [1, -1], end_mask: 1 },
      'tf.strided_slice(a, [0, 2], [1, 0], [1, -1], end_mask=1)',
    ],
    ['texts-identity', 'identity', {}, 'tf.identity(a)'],
    ['texts-zeros', 'zeros_like', {}, 'tf.zeros_like(a)'],
    ['texts-equal', 'math.equal', { y: 'bb' }, 'tf.equal(a, "bb")'],
    ['texts-not-equal', 'math.not_equal', { y: 'bb' }, 'tf.not_equal(a, "bb")'],
    ['texts-add', '__operators__.add', { y: '!' }, 'a + "!"'],
  ]),
  {
    id: 'texts-squeeze',
    inputs: [texts([3, 1], 'a b c')],
    call: ([x]) => fn('squeeze', x, { axis: [1] }),
    python: 'tf.squeeze(a, [1])',
  },
  {
    id: 'texts-concat',
    inputs: [WORDS, texts([2, 1], 'x y')],
    call: (both) => fn('concat', both, { axis: 1 }),
    python: 'tf.concat([a, b], 1)',
  },
  {
    id: 'texts-stack',
    inputs: [WORDS, texts([2, 3], 'x y z u v w')],
    call: (both) => fn('stack', both, { axis: 1 }),
    python: 'tf.stack([a, b], 1)',
  },
  {
    id: 'texts-gather-by-input',
    inputs: [WORDS, { dtype: 'int32', shape: [2, 2], open: [0], values: [1, 0, 2, 2] }],
    call: ([x, indices]) => fn('gather', x, { indices, batch_dims: 1 }),
    python: 'tf.gather(a, b, batch_dims=1)',
  },
  {
    id: 'texts-gather-nd',
    inputs: [WORDS, { dtype: 'int32', shape: [3, 2], open: [0], values: [1, 0, 0, 2, 1, 1] }],
    call: ([x, indices]) => fn('gather_nd', x, { indices }),
    python: 'tf.gather_nd(a, b)',
  },
  {
    id: 'texts-where',
    inputs: [
      { dtype: 'bool', shape: [2, 3], open: [0], values: [1, 0, 1, 0, 0, 1] },
      WORDS,
      texts([2, 3], 'x y z u v w'),
    ],
    call: ([condition, x, y]) => fn('where', condition, { x, y }),
    python: 'tf.where(a, b, c)',
  },
  {
    id: 'texts-joined',
    inputs: [WORDS, texts([2, 3], 'x y z u v w')],
    call: (both) =>
      fn('strings.join', [fn('reverse', both[0], { axis: [1] }), both[1]], { separator: '-' }),
    python: 'tf.strings.join([tf.reverse(a, [1]), b], "-")',
  },
];

const NUMBERS: Given = {
  dtype: 'float32',
  shape: [5, 2],
  open: [0],
  values: [1, -4, 2.5, 5, 3, 0, -7, 8, 0.5, 2],
};
const GROUPS: Given = { dtype: 'int32', shape: [5], open: [0], values: [0, 0, 2, 2, 3] };

/** Cases of rows and their groups, both inputs of the model. */
const SEGMENTS: readonly SymbolCase[] = ['sum', 'mean', 'max', 'min', 'prod', 'sqrt_n'].flatMap(
  (kind) => {
    const sorted = `math.segment_${kind}`;
    const any = `math.unsorted_segment_${kind}`;
    const both = { inputs: [NUMBERS, GROUPS], gradient: true };
    return [
      ...(kind === 'sqrt_n'
        ? []
        : [
            {
              ...both,
              id: `segment-${kind}`,
              call: ([x, segment_ids]: readonly KerasTensor[]) => fn(sorted, x, { segment_ids }),
              python: `tf.${sorted}(a, b)`,
            },
          ]),
      {
        ...both,
        id: `unsorted-segment-${kind}`,
        call: ([x, segment_ids]: readonly KerasTensor[]) =>
          fn(any, x, { segment_ids, num_segments: 5 }),
        python: `tf.${any}(a, b, 5)`,
      },
    ];
  },
);

const COUNTED: Given = {
  dtype: 'int32',
  shape: [2, 4],
  open: [0],
  values: [1, 3, 3, 0, 5, 1, 1, 2],
};
const WEIGHTS: Given = {
  dtype: 'float32',
  shape: [2, 4],
  open: [0],
  values: [1, 0.5, 2, 3, 1, 0.25, 4, 1],
};

const COUNTS: readonly SymbolCase[] = [
  ...one(COUNTED, [
    ['bincount', 'math.bincount', {}, 'tf.math.bincount(a)'],
    ['bincount-min', 'math.bincount', { minlength: 9 }, 'tf.math.bincount(a, minlength=9)'],
    ['bincount-max', 'math.bincount', { maxlength: 3 }, 'tf.math.bincount(a, maxlength=3)'],
    ['bincount-rows', 'math.bincount', { axis: -1 }, 'tf.math.bincount(a, axis=-1)'],
    [
      'bincount-binary',
      'math.bincount',
      { axis: -1, binary_output: true, minlength: 7 },
      'tf.math.bincount(a, axis=-1, binary_output=True, minlength=7)',
    ],
  ]),
  {
    id: 'bincount-weights',
    inputs: [COUNTED, WEIGHTS],
    call: ([x, weights]) => fn('math.bincount', x, { weights }),
    python: 'tf.math.bincount(a, weights=b)',
  },
  {
    id: 'bincount-weights-rows',
    inputs: [COUNTED, WEIGHTS],
    call: ([x, weights]) => fn('math.bincount', x, { weights, axis: -1 }),
    python: 'tf.math.bincount(a, weights=b, axis=-1)',
  },
];

/** Cases of numbers that are drawn for the shape of the input. */
const DRAWN: readonly SymbolCase[] = (
  [
    ['normal', { seed: [3, 4], mean: 1, stddev: 2 }, 'seed=[3, 4], mean=1.0, stddev=2.0'],
    ['truncated_normal', { seed: [3, 4], mean: 1 }, 'seed=[3, 4], mean=1.0'],
    ['uniform', { seed: [3, 4], minval: -1, maxval: 5 }, 'seed=[3, 4], minval=-1.0, maxval=5.0'],
    [
      'uniform',
      { seed: [7, 1], minval: -3, maxval: 90, dtype: 'int32' },
      'seed=[7, 1], minval=-3, maxval=90, dtype=tf.int32',
    ],
  ] as const
).map(([name, args, python], i) => ({
  id: `stateless-${name}-${i}`,
  inputs: [NUMBERS],
  call: ([x]: readonly KerasTensor[]) => fn(`random.stateless_${name}`, fn('shape', x), args),
  python: `tf.random.stateless_${name}(tf.shape(a), ${python})`,
}));

const HOLDS: Given = {
  dtype: 'bool',
  shape: [5, 2],
  open: [0],
  values: [1, 0, 0, 0, 1, 1, 0, 1, 0, 0],
};
const ROWS: Given = { dtype: 'bool', shape: [5], open: [0], values: [1, 0, 0, 1, 1] };

/** Cases whose results are as long as values say. */
const CHOICES: readonly SymbolCase[] = [
  ...one(HOLDS, [['where-positions', 'where', {}, 'tf.where(a)']]),
  ...one(NUMBERS, [
    [
      'mask-columns',
      'boolean_mask',
      { mask: [false, true], axis: 1 },
      'tf.boolean_mask(a, [False, True], axis=1)',
    ],
  ]),
  {
    id: 'mask-elements',
    inputs: [NUMBERS, HOLDS],
    call: ([x, mask]) => fn('boolean_mask', x, { mask }),
    python: 'tf.boolean_mask(a, b)',
    gradient: true,
  },
  {
    id: 'mask-rows',
    inputs: [NUMBERS, ROWS],
    call: ([x, mask]) => fn('boolean_mask', x, { mask }),
    python: 'tf.boolean_mask(a, b)',
    gradient: true,
  },
  {
    id: 'mask-texts',
    inputs: [WORDS, { dtype: 'bool', shape: [2], open: [0], values: [0, 1] }],
    call: ([x, mask]) => fn('boolean_mask', x, { mask }),
    python: 'tf.boolean_mask(a, b)',
  },
  {
    id: 'where-then-gather',
    inputs: [NUMBERS, HOLDS],
    call: ([x, condition]) => fn('gather_nd', x, { indices: fn('where', condition) }),
    python: 'tf.gather_nd(a, tf.where(b))',
    gradient: true,
  },
  {
    id: 'mask-then-sum',
    inputs: [NUMBERS, ROWS],
    call: ([x, mask]) =>
      fn('math.reduce_sum', fn('math.multiply', fn('boolean_mask', x, { mask }), { y: 2 }), {
        axis: 0,
      }),
    python: 'tf.reduce_sum(tf.boolean_mask(a, b) * 2, axis=0)',
    gradient: true,
  },
];

/** All cases. */
export const SYMBOL_CASES: readonly SymbolCase[] = [
  ...TEXTS,
  ...SEGMENTS,
  ...COUNTS,
  ...DRAWN,
  ...CHOICES,
];
