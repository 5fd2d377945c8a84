import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { registerGradients } from '@km/graph';
import { assertClose } from '@km/test-utils';
import { set_mask } from '../src/engine/mask.ts';
import * as losses from '../src/losses/index.ts';
import { attach_logits, with_logits } from '../src/losses/logits.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerGradients();
});

const LABELS = [
  [0, 1],
  [1, 0],
];
const PROBABILITIES = [
  [0.3, 0.6],
  [0.8, 0.4],
];
const LOGITS = [
  [-2, 3],
  [0, 1],
];
const TOLERANCE = { rtol: 1e-5, atol: 1e-6 };

/** Class, arguments, labels, predictions, and TensorFlow 2.15.1's value and gradient. */
type Row = [string, Record<string, unknown>, number[] | number[][], number[][], number, number[]];

const rows: Row[] = [
  ['MeanSquaredError', {}, LABELS, PROBABILITIES, 0.1125, [0.15, -0.2, -0.1, 0.2]],
  ['MeanAbsoluteError', {}, LABELS, PROBABILITIES, 0.325, [0.25, -0.25, -0.25, 0.25]],
  ['MeanAbsolutePercentageError', {}, LABELS, PROBABILITIES, 175000032, [25e7, -25, -25, 25e7]],
  [
    'MeanSquaredLogarithmicError',
    {},
    LABELS,
    PROBABILITIES,
    0.0607355759,
    [0.1009092778, -0.0697323605, -0.0292668249, 0.1201686114],
  ],
  [
    'LogCosh',
    {},
    LABELS,
    PROBABILITIES,
    0.0550289303,
    [0.0728281587, -0.0949872434, -0.0493438244, 0.0949872285],
  ],
  ['Poisson', {}, LABELS, PROBABILITIES, 0.7084922194, [0.25, -0.1666665673, -0.0624999404, 0.25]],
  ['KLDivergence', {}, LABELS, PROBABILITIES, 0.3669830561, [-1.66667e-7, -0.8333333, -0.625, 0]],
  ['Hinge', {}, LABELS, PROBABILITIES, 0.8249999285, [0.25, -0.25, -0.25, 0.25]],
  ['SquaredHinge', {}, LABELS, PROBABILITIES, 0.9624999166, [0.65, -0.2, -0.1, 0.7]],
  ['CategoricalHinge', {}, LABELS, PROBABILITIES, 0.6499999762, [0.5, -0.5, -0.5, 0.5]],
  [
    'CosineSimilarity',
    {},
    LABELS,
    PROBABILITIES,
    -0.8944271803,
    [0.2981423736, -0.1490712166, -0.111803472, 0.2236067355],
  ],
  [
    'BinaryCrossentropy',
    {},
    LABELS,
    PROBABILITIES,
    0.40036726,
    [0.3571428061, -0.4166665673, -0.3124999404, 0.4166665673],
  ],
  [
    'CategoricalCrossentropy',
    {},
    LABELS,
    PROBABILITIES,
    0.405465126,
    [0.5555555224, -0.277777791, -0.2083333135, 0.4166666865],
  ],
  [
    'BinaryFocalCrossentropy',
    {},
    LABELS,
    PROBABILITIES,
    0.051122643,
    [0.0856440812, -0.168831706, -0.0348143317, 0.168831706],
  ],
  [
    'CategoricalFocalCrossentropy',
    {},
    LABELS,
    PROBABILITIES,
    0.0112629198,
    [0.0404608026, -0.0202303976, -0.0151728075, 0.0303456131],
  ],
  ['Huber', { delta: 0.5 }, LABELS, PROBABILITIES, 0.0562499985, [0.075, -0.1, -0.05, 0.1]],
  [
    'BinaryCrossentropy',
    { from_logits: true, label_smoothing: 0.2 },
    LABELS,
    LOGITS,
    0.6454809904,
    [0.0048007276, 0.0131435227, -0.1, 0.1577646434],
  ],
  [
    'CategoricalCrossentropy',
    { from_logits: true },
    [
      [0, 2],
      [1, 0],
    ],
    LOGITS,
    0.6633461714,
    [0.0033464255, -0.5033464432, -0.3655292988, 0.3655292988],
  ],
  [
    'SparseCategoricalCrossentropy',
    { from_logits: true },
    [1, 0],
    LOGITS,
    0.6599884629,
    [0.0033464255, -0.0033464134, -0.3655292988, 0.3655292988],
  ],
  [
    'SparseCategoricalCrossentropy',
    { from_logits: true, ignore_class: 1 },
    [1, 0],
    LOGITS,
    1.3132616282,
    [0, 0, -0.7310585976, 0.7310585976],
  ],
];

function made(class_name: string, config: Record<string, unknown> = {}): losses.Loss {
  const loss = losses.deserialize({ class_name, config });
  if (!(loss instanceof losses.Loss)) throw new Error(`${class_name} made no loss`);
  return loss;
}

test.each(rows)('%s %j gives the value and gradient of TensorFlow', (...row) => {
  const [name, config, labels, predictions, value, gradient] = row;
  const loss = made(name, config);
  const dtype = labels.length === labels.flat().length ? 'int32' : 'float32';
  const y_true = tf.tensor(labels, undefined, dtype);
  const result = tf.valueAndGrad((x) => loss.apply(y_true, x))(tf.tensor(predictions));
  assertClose(result.value.dataSync(), [value], TOLERANCE, 'value');
  assertClose(result.grad.dataSync(), gradient, TOLERANCE, 'gradient');
});

test('A mask of the predictions makes the mean one over the elements that count', () => {
  const y_pred = tf.tensor(PROBABILITIES);
  set_mask(y_pred, tf.tensor([true, false]));
  const loss = made('MeanSquaredError');
  assertClose(loss.apply(tf.tensor(LABELS), y_pred).dataSync(), [0.125], TOLERANCE);
});

test('Sample weights weigh the loss of each sample, and reductions combine them', () => {
  const weights = tf.tensor([2, 0]);
  const apply = (reduction: losses.Reduction): number[] =>
    Array.from(
      made('MeanAbsoluteError', { reduction })
        .apply(tf.tensor(LABELS), tf.tensor(PROBABILITIES), weights)
        .dataSync(),
    );
  assertClose(apply('none'), [0.7, 0], TOLERANCE);
  assertClose(apply('sum'), [0.7], TOLERANCE);
  assertClose(apply('sum_over_batch_size'), [0.35], TOLERANCE);
});

test('A crossentropy of a saturated sigmoid uses the logits behind it', () => {
  const loss = made('BinaryCrossentropy');
  const value = with_logits(() => {
    const logits = tf.tensor([[-80]]);
    const output = tf.sigmoid(logits);
    attach_logits(output, logits);
    return loss.apply(tf.tensor([[1]]), output).dataSync()[0];
  });
  expect(value).toBeCloseTo(80, 4);
});

test('A label that is no class is an error that names it', () => {
  const loss = made('SparseCategoricalCrossentropy');
  expect(() => loss.apply(tf.tensor([2, 0], [2], 'int32'), tf.tensor(PROBABILITIES))).toThrow(
    'label 2 is not one of the 2 classes',
  );
});

test('An unknown argument is an error that names it', () => {
  expect(() => made('Huber', { detla: 1 })).toThrow("no argument 'detla'");
});

test('A loss comes back from its configuration', () => {
  const loss = made('Huber', { delta: 0.5, reduction: 'sum' });
  expect(losses.serialize(loss)).toEqual({
    class_name: 'Huber',
    config: { reduction: 'sum', name: 'huber_loss', delta: 0.5, fn: 'huber' },
  });
  const again = losses.deserialize(losses.serialize(loss));
  expect(again).toBeInstanceOf(losses.Huber);
  expect(losses.serialize(again)).toEqual(losses.serialize(loss));
});

test('Short names stand for the loss functions', () => {
  expect(losses.get('mse')).toBe(losses.mean_squared_error);
  expect(losses.get('KLD')).toBe(losses.kl_divergence);
  expect(losses.serialize(losses.mae)).toBe('mean_absolute_error');
  expect(() => losses.get('mean_sqared_error')).toThrow('mean_sqared_error');
});
