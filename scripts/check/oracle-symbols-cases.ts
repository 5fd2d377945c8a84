import type { KerasTensor } from '@km/keras';
import { fn, type Given, one, type SymbolCase, WORDS } from './oracle-symbols-case.ts';
import { PARTS, SEQUENCES, SPECTRA } from './oracle-symbols-sequences.ts';
import { TEXTS } from './oracle-symbols-texts.ts';

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
  ...one(NUMBERS, [
    ['argmax', 'math.argmax', { axis: 1 }, 'tf.argmax(a, 1)'],
    [
      'argmax-int32',
      'math.argmax',
      { axis: 1, output_type: 'int32' },
      'tf.argmax(a, 1, output_type=tf.int32)',
    ],
    ['count-nonzero', 'math.count_nonzero', { axis: 1 }, 'tf.math.count_nonzero(a, axis=1)'],
    ['cast-int64', 'cast', { dtype: 'int64' }, 'tf.cast(a, tf.int64)'],
    ['size-int64', 'shape', { out_type: 'int64' }, 'tf.shape(a, out_type=tf.int64)'],
  ]),
  ...one(WORDS, [
    [
      'hash',
      'strings.to_hash_bucket_fast',
      { num_buckets: 7 },
      'tf.strings.to_hash_bucket_fast(a, 7)',
    ],
    ['lengths', 'strings.length', {}, 'tf.strings.length(a)'],
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
  ...SEQUENCES,
  ...PARTS,
  ...SPECTRA,
];
