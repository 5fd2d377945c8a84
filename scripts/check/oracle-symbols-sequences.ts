import { fn, type Given, type SymbolCase } from './oracle-symbols-case.ts';

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
