import { fn, one, type SymbolCase, texts, WORDS } from './oracle-symbols-case.ts';

/** Functions that move texts. */
export const TEXTS: readonly SymbolCase[] = [
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
