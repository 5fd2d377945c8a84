import type { KerasTensor } from '@km/keras';
import { fn, type Given, type SymbolCase, texts } from './oracle-symbols-case.ts';

const waves = (count: number, pace: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(pace * (i + 1)) * 2));

/** Logits of three sequences with five steps and four classes. */
const LOGITS: Given = { dtype: 'float32', shape: [3, 5, 4], open: [0], values: waves(60, 1.7) };
const ints = (shape: readonly number[], values: readonly number[]): Given => ({
  dtype: 'int32',
  shape,
  open: [0],
  values,
});
const waved = (shape: readonly number[]): Given => ({
  dtype: 'float32',
  shape,
  open: [0],
  values: waves(
    shape.reduce((a, b) => a * b, 1),
    1.1,
  ),
});
const LABELS = ints([3, 3], [0, 1, 2, 2, 0, 0, 1, 1, 0]);
const LABEL_COUNTS = ints([3, 1], [3, 1, 2]);
const STEPS = ints([3, 1], [5, 4, 5]);

/** Functions that recognise sequences of labels. */
export const SEQUENCES: readonly SymbolCase[] = [
  {
    id: 'ctc-batch-cost',
    inputs: [LABELS, LOGITS, STEPS, LABEL_COUNTS],
    call: ([labels, logits, input_length, label_length]) =>
      fn('keras.backend.ctc_batch_cost', labels, {
        ...{ y_pred: fn('nn.softmax', logits), input_length, label_length },
      }),
    python: 'K.ctc_batch_cost(a, tf.nn.softmax(b), c, d)',
    gradient: true,
  },
  {
    id: 'ctc-loss',
    inputs: [
      ints([3, 3], [1, 3, 2, 2, 0, 0, 1, 1, 0]),
      LOGITS,
      ints([3], [3, 0, 2]),
      ints([3], [5, 4, 5]),
    ],
    call: ([labels, logits, label_length, logit_length]) =>
      fn('nn.ctc_loss', labels, {
        ...{ logits, label_length, logit_length, logits_time_major: false },
      }),
    python: 'tf.nn.ctc_loss(a, b, c, d, logits_time_major=False)',
    gradient: true,
  },
  {
    id: 'ctc-loss-blank',
    inputs: [LABELS, LOGITS, ints([3], [3, 1, 2]), ints([3], [5, 4, 5])],
    call: ([labels, logits, label_length, logit_length]) =>
      fn('nn.ctc_loss', labels, {
        ...{ logits, label_length, logit_length, logits_time_major: false, blank_index: -1 },
      }),
    python: 'tf.nn.ctc_loss(a, b, c, d, logits_time_major=False, blank_index=-1)',
    gradient: true,
  },
  {
    id: 'ctc-decode',
    inputs: [LOGITS, ints([3], [5, 2, 4])],
    call: ([logits, input_length]) =>
      fn('keras.backend.ctc_decode', fn('nn.softmax', logits), { input_length }),
    python: '(lambda x: (x[0][0], x[1]))(K.ctc_decode(tf.nn.softmax(a), b))',
  },
  {
    id: 'ctc-decode-beam',
    inputs: [LOGITS, ints([3], [5, 2, 4])],
    call: ([logits, input_length]) =>
      fn('keras.backend.ctc_decode', fn('nn.softmax', logits), {
        ...{ input_length, greedy: false, beam_width: 6, top_paths: 3 },
      }),
    python:
      '(lambda x: (*x[0], x[1]))(K.ctc_decode(tf.nn.softmax(a), b, greedy=False, beam_width=6, top_paths=3))',
  },
];

const MATRIX: Given = { dtype: 'float32', shape: [5, 2], open: [0], values: waves(10, 0.9) };
const GROUPS = ints([5], [1, 0, 1, 2, 1]);
const IMAGES: Given = { dtype: 'float32', shape: [4, 5, 6, 2], open: [0], values: waves(240, 0.7) };

/** Functions that take rows apart and put them together, and pictures that are cut and turned by seeds. */
export const PARTS: readonly SymbolCase[] = [
  {
    id: 'partition',
    inputs: [MATRIX, GROUPS],
    call: ([x, partitions]) => fn('dynamic_partition', x, { partitions, num_partitions: 3 }),
    python: 'tf.dynamic_partition(a, b, 3)',
    gradient: true,
  },
  {
    id: 'partition-texts',
    inputs: [texts([3, 2], 'a bb c d ee f'), ints([3], [1, 0, 1])],
    call: ([x, partitions]) => fn('dynamic_partition', x, { partitions, num_partitions: 2 }),
    python: 'tf.dynamic_partition(a, b, 2)',
  },
  {
    id: 'stitch',
    inputs: [ints([3], [4, 0, 2]), ints([2], [1, 3]), waved([3, 2]), waved([2, 2])],
    call: ([a, b, c, d]) => fn('dynamic_stitch', [a, b], { data: [c, d] }),
    python: 'tf.dynamic_stitch([a, b], [c, d])',
    gradient: true,
  },
  {
    id: 'stitch-constants',
    inputs: [waved([2, 2]), { ...waved([2, 2]), values: [1, 2, 3, 4] }],
    call: (data) =>
      fn(
        'dynamic_stitch',
        [
          [3, 0],
          [1, 2],
        ],
        { data },
      ),
    python: 'tf.dynamic_stitch([[3, 0], [1, 2]], [a, b])',
    gradient: true,
  },
  {
    id: 'stitch-texts',
    inputs: [ints([2], [2, 0]), ints([2], [1, 3]), texts([2], 'a b'), texts([2], 'c d')],
    call: ([a, b, c, d]) => fn('dynamic_stitch', [a, b], { data: [c, d] }),
    python: 'tf.dynamic_stitch([a, b], [c, d])',
  },
  {
    id: 'parts-apart-and-together',
    inputs: [MATRIX, GROUPS],
    call: ([x, partitions]) => {
      const places = fn('dynamic_partition', fn('range', 5), { partitions, num_partitions: 3 });
      const parts = fn('dynamic_partition', x, { partitions, num_partitions: 3 }) as KerasTensor[];
      const doubled = parts.map((part, i) => fn('math.multiply', part, { y: i + 1 }));
      return fn('dynamic_stitch', places, { data: doubled });
    },
    python:
      'tf.dynamic_stitch(tf.dynamic_partition(tf.range(5), b, 3), [p * (i + 1.0) for i, p in enumerate(tf.dynamic_partition(a, b, 3))])',
    gradient: true,
  },
  ...(['left_right', 'up_down'] as const).flatMap((way) =>
    [1, 2, 3].map((seed) => ({
      id: `flip-${way}-${seed}`,
      inputs: [IMAGES],
      call: ([x]: readonly KerasTensor[]) =>
        fn(`image.stateless_random_flip_${way}`, x, { seed: [seed, 5] }),
      python: `tf.image.stateless_random_flip_${way}(a, [${seed}, 5])`,
    })),
  ),
  {
    id: 'flip-one',
    inputs: [{ ...IMAGES, shape: [4, 30, 2] }],
    call: ([x]) => fn('image.stateless_random_flip_up_down', x, { seed: [4, 9] }),
    python: 'tf.image.stateless_random_flip_up_down(a, [4, 9])',
  },
  {
    id: 'crop',
    inputs: [{ ...IMAGES, open: [] }],
    call: ([x]) => fn('image.stateless_random_crop', x, { size: [4, 3, 2, 2], seed: [3, 8] }),
    python: 'tf.image.stateless_random_crop(a, [4, 3, 2, 2], [3, 8])',
  },
  {
    id: 'dropout',
    inputs: [MATRIX],
    call: ([x]) => fn('nn.experimental.stateless_dropout', x, { rate: 0.5, seed: [3, 8] }),
    python: 'tf.nn.experimental.stateless_dropout(a, 0.5, [3, 8])',
  },
];

/** Numbers of three matrices that look random; more on the diagonal keeps eigenvalues from being negative. */
const squares = (pace: number, more = 0): Given => ({
  dtype: 'float32',
  shape: [3, 4, 4],
  open: [0],
  values: Array.from({ length: 48 }, (_, i) =>
    Math.fround(Math.sin(pace * (i + 1) ** 2) + ((i % 16) % 5 === 0 ? more : 0)),
  ),
});
const SQUARES = squares(0.7);
const OTHERS = squares(1.3);

const PARTED = '(lambda v: (tf.math.real(v), tf.math.imag(v)))';

/** Functions of square matrices whose results are complex, as real and imaginary parts. */
export const SPECTRA: readonly SymbolCase[] = [
  {
    id: 'eigvals',
    inputs: [SQUARES],
    call: ([x]) => parted(added(fn('linalg.eigvals', x))),
    python: `${PARTED}(tf.reduce_sum(tf.exp(tf.linalg.eigvals(a)), -1))`,
  },
  {
    id: 'eigvals-complex',
    inputs: [SQUARES, OTHERS],
    call: ([re, imag]) => parted(added(fn('linalg.eigvals', fn('dtypes.complex', re, { imag })))),
    python: `${PARTED}(tf.reduce_sum(tf.exp(tf.linalg.eigvals(tf.complex(a, b))), -1))`,
  },
  {
    id: 'logm',
    inputs: [SQUARES, OTHERS],
    call: ([re, imag]) => parted(fn('linalg.logm', fn('dtypes.complex', re, { imag }))),
    python: `${PARTED}(tf.linalg.logm(tf.complex(a, b)))`,
  },
  {
    id: 'logm-real',
    inputs: [squares(0.7, 3)],
    call: ([x]) =>
      parted(fn('linalg.logm', fn('dtypes.complex', x, { imag: fn('zeros_like', x) }))),
    python: `${PARTED}(tf.linalg.logm(tf.complex(a, tf.zeros_like(a))))`,
  },
];

/** A sum that is the same in every order; that of eigenvalues differs between releases. */
const added = (x: unknown): unknown => fn('math.reduce_sum', fn('math.exp', x), { axis: -1 });

/** The real and the imaginary part. */
const parted = (x: unknown): unknown => [fn('math.real', x), fn('math.imag', x)];
