import * as tf from '@tensorflow/tfjs-core';
import { layers } from '../../src/index.ts';
import { layer } from './layer-subject.ts';
import { numbers } from './observe-layer.ts';
import { Made, pair, type Subject, unnoted } from './subject.ts';

const SEQUENCE = { inputs: () => numbers([3, 3, 4]) };
const STEP = {
  inputs: () => numbers([3, 4]),
  kwargs: (layer: object) => ({
    states: [Reflect.get(layer, 'state_size')].flat().map((n) => tf.ones([3, Number(n)])),
  }),
};
const FRAMES = [
  ['1D', { inputs: () => numbers([2, 3, 8, 6]) }],
  ['2D', { inputs: () => numbers([1, 3, 6, 6, 6]) }],
  ['3D', { inputs: () => numbers([1, 2, 4, 4, 4, 4]) }],
] as const;

const WEIGHTS = 'kernel* recurrent* bias*';
const CELL = `units activation use_bias ${WEIGHTS} dropout recurrent_dropout`;
const LOOP = 'return_sequences return_state go_backwards stateful unroll';
const CONV_LSTM = `filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias unit_forget_bias ${WEIGHTS} activity_regularizer dropout recurrent_dropout return_sequences return_state go_backwards stateful`;

const units = { units: 2 };
const made = (make: () => unknown): Made => new Made(make);
const dense = (n: number): Made => made(() => new layers.Dense({ units: n }));
const lstm = (n: number, go_backwards: boolean = false): Made =>
  made(() => new layers.LSTM({ units: n, go_backwards }));
const cell = (n: number): Made => made(() => new layers.LSTMCell({ units: n }));

/** Recurrent layers, their cells, and wrappers. */
export const RECURRENT_LAYERS: readonly Subject[] = [
  layer('SimpleRNNCell', STEP, units, CELL),
  layer('GRUCell', STEP, units, `${CELL} recurrent_activation reset_after`),
  layer('LSTMCell', STEP, units, `${CELL} recurrent_activation unit_forget_bias`),
  layer('SimpleRNN', SEQUENCE, units, `${CELL} activity_regularizer ${LOOP}`),
  layer(
    'GRU',
    SEQUENCE,
    units,
    `${CELL} recurrent_activation activity_regularizer ${LOOP} time_major reset_after`,
  ),
  layer(
    'LSTM',
    SEQUENCE,
    units,
    `${CELL} recurrent_activation activity_regularizer ${LOOP} time_major unit_forget_bias`,
  ),
  layer('RNN', SEQUENCE, { cell: cell(2) }, `${LOOP} time_major`, { cell: pair(cell(2), cell(3)) }),
  layer(
    'StackedRNNCells',
    {
      inputs: () => numbers([3, 4]),
      kwargs: () => ({ states: [[tf.ones([3, 2]), tf.ones([3, 2])]] }),
    },
    { cells: made(() => [new layers.LSTMCell({ units: 2 })]) },
    '',
    {
      cells: pair(
        made(() => [new layers.LSTMCell({ units: 2 })]),
        made(() => [new layers.LSTMCell({ units: 2, activation: 'relu' })]),
      ),
      dtype: pair('float32', 'float16'),
    },
  ),
  ...FRAMES.map(([rank, call]) =>
    layer(`ConvLSTM${rank}`, call, { filters: 2, kernel_size: 2 }, CONV_LSTM, {
      strides: pair(1, 2),
    }),
  ),
  layer('Bidirectional', SEQUENCE, { layer: lstm(2) }, '', {
    layer: pair(lstm(2), lstm(3)),
    merge_mode: pair('concat', 'sum'),
    backward_layer: pair(
      null,
      made(() => new layers.LSTM({ units: 2, go_backwards: true, activation: 'relu' })),
    ),
    weights: unnoted(
      null,
      [0, 1].flatMap(() => [
        new Array(4).fill(new Array(8).fill(0.1)),
        new Array(2).fill(new Array(8).fill(0.2)),
        new Array(8).fill(0.3),
      ]),
      'first values of the weights are no part of a config',
    ),
  }),
  layer('TimeDistributed', SEQUENCE, { layer: dense(2) }, '', { layer: pair(dense(2), dense(3)) }),
  layer('SpectralNormalization', { inputs: () => numbers([3, 4]) }, { layer: dense(2) }, '', {
    layer: pair(dense(2), dense(3)),
    power_iterations: pair(1, 4),
  }),
];
