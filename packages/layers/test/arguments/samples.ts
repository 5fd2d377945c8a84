import * as tf from '@tensorflow/tfjs-core';

const CUBE = [
  [0.7, 0.2, 0.1],
  [0.2, 0.5, 0.3],
  [0.3, 0.6, 0.1],
  [0.1, 0.2, 0.7],
  [0.4, 0.4, 0.2],
  [0.25, 0.15, 0.6],
];
const ONE_HOT = [0, 2, 1, 2, 0, 1].map((k) => [0, 1, 2].map((i) => Number(i === k)));

/** Labels and predictions by what a class takes; `cube` has the classes in both inner axes. */
const SAMPLES: Readonly<Record<string, () => readonly [tf.Tensor, tf.Tensor]>> = {
  cube: () => [
    tf.reshape(tf.tensor2d(ONE_HOT), [2, 3, 3]),
    tf.reshape(tf.tensor2d(CUBE), [2, 3, 3]),
  ],
  rows: () => [tf.tensor2d(ONE_HOT), tf.tensor2d(CUBE)],
  sparse: () => [tf.tensor1d([0, 2, 1, 2, 0, 1], 'int32'), tf.tensor2d(CUBE)],
  grid: () => [
    tf.tensor2d(
      [
        [0, 1],
        [1, 0],
        [2, 1],
      ],
      [3, 2],
      'int32',
    ),
    tf.tensor3d([CUBE.slice(0, 2), CUBE.slice(2, 4), CUBE.slice(4, 6)]),
  ],
  classes: () => [
    tf.tensor1d([0, 2, 1, 2, 0, 1], 'int32'),
    tf.tensor1d([0, 1, 1, 2, 0, 2], 'int32'),
  ],
  'one-hot labels': () => [tf.tensor2d(ONE_HOT), tf.tensor1d([0, 1, 1, 2, 0, 2], 'int32')],
  binary: () => [tf.tensor1d([0, 1, 1, 0, 1, 1]), tf.tensor1d([0.1, 0.4, 0.83, 0.61, 0.9, 0.3])],
  square: () => [
    tf.tensor2d([
      [0, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]),
    tf.tensor2d(CUBE.slice(0, 3)),
  ],
  numbers: () => [tf.tensor1d([0, 1, 3, 0, 2, 1]), tf.tensor1d([0.5, 2.5, 1, 0, 4, 1])],
};

/** The labels and predictions of a kind. */
export const samplesOf = (kind: string): readonly [tf.Tensor, tf.Tensor] => {
  const samples = SAMPLES[kind];
  if (samples === undefined) throw new Error(`no samples ${kind}`);
  return samples();
};
