import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { metrics, ready } from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

type Kind = 'binary' | 'one-hot' | 'sparse' | 'classes';

interface Samples {
  readonly labels: readonly number[] | readonly number[][];
  readonly predictions: readonly number[] | readonly number[][];
  readonly weights: readonly number[];
}

const SCORES = [
  [0.7, 0.2, 0.1],
  [0.2, 0.5, 0.3],
  [0.3, 0.6, 0.1],
  [0.1, 0.2, 0.7],
];
const WEIGHTS = [1, 2, 0.5, 1];
const CLASSES = [0, 2, 1, 2];

const SAMPLES: Readonly<Record<Kind, Samples>> = {
  binary: {
    labels: [[0], [1], [1], [0], [1], [1]],
    predictions: [[0.1], [0.4], [0.8], [0.6], [0.9], [0.3]],
    weights: [1, 2, 0.5, 1, 3, 0.1],
  },
  'one-hot': {
    labels: [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 1],
    ],
    predictions: SCORES,
    weights: WEIGHTS,
  },
  sparse: { labels: CLASSES, predictions: SCORES, weights: WEIGHTS },
  classes: { labels: CLASSES, predictions: [0, 1, 1, 2], weights: WEIGHTS },
};

/** Class, arguments, samples, and TensorFlow 2.15.1's result without and with weights. */
type Row = [string, Record<string, unknown>, Kind, number | number[], number | number[]];

const rows: Row[] = [
  ['MeanSquaredError', {}, 'binary', 0.2116666, 0.1564474],
  ['MeanAbsoluteError', {}, 'binary', 0.3833334, 0.3118422],
  ['MeanAbsolutePercentageError', {}, 'binary', 116666696.0, 92105280.0],
  ['MeanSquaredLogarithmicError', {}, 'binary', 0.0927517, 0.0679503],
  ['RootMeanSquaredError', {}, 'binary', 0.4600724, 0.3955343],
  ['LogCoshError', {}, 'binary', 0.0995654, 0.0740834],
  ['Poisson', {}, 'binary', 0.9247945, 0.9224516],
  ['KLDivergence', {}, 'binary', 0.4081274, 0.3132407],
  ['Hinge', {}, 'binary', 0.7166667, 0.575],
  ['SquaredHinge', {}, 'binary', 0.7783334, 0.6038158],
  ['BinaryAccuracy', {}, 'binary', 0.5, 0.5921052],
  ['BinaryCrossentropy', {}, 'binary', 0.578403, 0.4476688],
  ['AUC', {}, 'binary', 0.75, 0.8125],
  ['Precision', {}, 'binary', 0.6666667, 0.7777778],
  ['Recall', {}, 'binary', 0.5, 0.625],
  ['TruePositives', {}, 'binary', 2.0, 3.5],
  ['TrueNegatives', {}, 'binary', 1.0, 1.0],
  ['FalsePositives', {}, 'binary', 1.0, 1.0],
  ['FalseNegatives', {}, 'binary', 2.0, 2.0999999],
  ['AUC', { curve: 'PR' }, 'binary', 0.8722936, 0.9316085],
  ['AUC', { num_thresholds: 5, summation_method: 'majoring' }, 'binary', 0.75, 0.8125],
  ['Precision', { thresholds: [0.2, 0.5] }, 'binary', [0.8, 0.6666667], [0.8484849, 0.7777778]],
  ['PrecisionAtRecall', { recall: 0.7 }, 'binary', 0.8, 0.8484849],
  ['RecallAtPrecision', { precision: 0.7 }, 'binary', 1.0, 1.0],
  ['SensitivityAtSpecificity', { specificity: 0.5 }, 'binary', 1.0, 1.0],
  ['SpecificityAtSensitivity', { sensitivity: 0.5 }, 'binary', 1.0, 1.0],
  ['CategoricalAccuracy', {}, 'one-hot', 0.75, 0.5555556],
  ['CategoricalCrossentropy', {}, 'one-hot', 0.607037, 0.7503796],
  ['CategoricalHinge', {}, 'one-hot', 0.725, 0.8333333],
  ['CosineSimilarity', {}, 'one-hot', 0.8191188, 0.7379585],
  ['TopKCategoricalAccuracy', { k: 2 }, 'one-hot', 1.0, 1.0],
  ['F1Score', { average: 'macro' }, 'one-hot', 0.7777778, 0.6111111],
  [
    'FBetaScore',
    { beta: 2.0 },
    'one-hot',
    [1.0, 0.8333334, 0.5555556],
    [1.0, 0.5555556, 0.3846154],
  ],
  ['R2Score', {}, 'one-hot', 0.48, 0.0469048],
  ['OneHotMeanIoU', { num_classes: 3 }, 'one-hot', 0.6666667, 0.5111112],
  ['AUC', { multi_label: true }, 'one-hot', 1.0, 1.0],
  ['Precision', { top_k: 1 }, 'one-hot', 0.75, 0.5555556],
  ['Recall', { class_id: 2 }, 'one-hot', 0.5, 0.3333334],
  ['SparseCategoricalAccuracy', {}, 'sparse', 0.75, 0.5555556],
  ['SparseCategoricalCrossentropy', {}, 'sparse', 0.607037, 0.7503796],
  ['SparseTopKCategoricalAccuracy', { k: 2 }, 'sparse', 1.0, 1.0],
  ['MeanIoU', { num_classes: 3 }, 'classes', 0.6666667, 0.5111112],
  ['Accuracy', {}, 'classes', 0.75, 0.5555556],
  ['BinaryIoU', {}, 'binary', 0.325, 0.3871027],
];

function made(class_name: string, config: Record<string, unknown> = {}): metrics.Metric {
  const metric = metrics.deserialize({ class_name, config });
  if (metric instanceof metrics.Metric) return metric;
  throw new Error(`${class_name} made no metric`);
}

/** Adds the first two samples, then the others. */
function addSamples(metric: metrics.Metric, kind: Kind, weighted: boolean): void {
  const { labels, predictions, weights } = SAMPLES[kind];
  for (const [start, end] of [[0, 2], [2]] as const) {
    metric.update_state(
      tf.tensor(labels.slice(start, end) as number[]),
      tf.tensor(predictions.slice(start, end) as number[]),
      weighted ? tf.tensor(weights.slice(start, end)) : null,
    );
  }
}

const numbers = (value: unknown): number[] => [value].flat(2) as number[];

test.each(rows)('%s %j of %s samples is what TensorFlow computes', (...row) => {
  const [name, config, kind, plain, weighted] = row;
  const metric = made(name, config);
  addSamples(metric, kind, false);
  assertClose(numbers(metric.value()), numbers(plain), { rtol: 1e-5, atol: 1e-6 });
  metric.reset_state();
  addSamples(metric, kind, true);
  assertClose(numbers(metric.value()), numbers(weighted), { rtol: 1e-5, atol: 1e-6 });
});

test('The state is variables under Keras names, and results are tensors as well', () => {
  const metric = made('Precision', { thresholds: [0.2, 0.5] });
  addSamples(metric, 'binary', false);
  expect(metric.variables.map(({ name, shape }) => [name, shape])).toEqual([
    ['true_positives', [2]],
    ['false_positives', [2]],
  ]);
  expect(metric.trainable_variables).toEqual([]);
  const result = metric.result();
  expect(result.shape).toEqual([2]);
  assertClose(result.dataSync(), [0.8, 2 / 3], { rtol: 1e-6 });
});

test('Means of values and of tensors weigh what they are given', () => {
  const mean = new metrics.Mean();
  mean.update_state(tf.tensor([1, 3, 5, 7]), tf.tensor([1, 1, 0, 0]));
  expect(mean.value()).toBe(2);
  const sum = new metrics.Sum();
  sum.update_state(tf.tensor([1, 3, 5, 7]), tf.tensor([1, 1, 0, 0]));
  expect(sum.value()).toBe(4);
  const each = new metrics.MeanTensor();
  each.update_state(tf.tensor([0, 1, 2, 3]));
  each.update_state(tf.tensor([4, 5, 6, 7]), tf.tensor([0, 1, 0.5, 1]));
  assertClose(each.value() as number[], [0, 3, 10 / 3, 5], { rtol: 1e-6 });
});

test('A metric averages any function, and comes back from its configuration', () => {
  const config = { name: 'hits', dtype: 'float32', fn: 'binary_accuracy', threshold: 0.35 };
  const metric = made('MeanMetricWrapper', config);
  addSamples(metric, 'binary', false);
  assertClose([metric.value() as number], [4 / 6], { rtol: 1e-6 });
  expect(metrics.serialize(metric)).toEqual({ class_name: 'MeanMetricWrapper', config });
});

test('Names are those of Keras, numbered when they repeat', () => {
  const names = ['AUC', 'AUC', 'LogCoshError', 'KLDivergence'].map((name) => made(name).name);
  expect(names[1]).toMatch(/^auc_\d+$/);
  expect(names.slice(2)).toEqual(['logcosh', 'kullback_leibler_divergence']);
});

test('A wrong argument is an error that names it', () => {
  expect(() => made('AUC', { curve: 'RCO' })).toThrow('RCO');
  expect(() => made('Precision', { thresholds: 2 })).toThrow('Thresholds are 0…1');
  expect(() => made('BinaryAccuracy', { treshold: 0.5 })).toThrow("no argument 'treshold'");
  expect(() => metrics.get('acuracy')).toThrow('acuracy');
  const metric = made('MeanIoU', { num_classes: 2 });
  expect(() => metric.update_state(tf.tensor([2]), tf.tensor([0]))).toThrow('outside of the 2');
});
