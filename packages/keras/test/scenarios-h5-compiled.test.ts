import { memoryStore } from '@km/core';
import {
  type CustomObjects,
  custom_object_scope,
  Input,
  layers,
  losses,
  Model,
  metrics,
  models,
  optimizers,
  ready,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, numbers } from './scenarios-support.ts';

beforeAll(() => ready());

const distance = (y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor =>
  tf.mean(tf.abs(tf.sub(y_true, y_pred)), -1);

class Absolute extends losses.Loss {
  static override readonly className: string = 'Absolute';
  override call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
    return distance(y_true, y_pred);
  }
}

function twoOutputs(): Model {
  const inputs = Input({ shape: [1], name: 'in' });
  const outputs = ['p', 'q'].map((name) =>
    new layers.Dense({ units: 1, name, kernel_initializer: 'zeros' }).apply(inputs),
  );
  return new Model({ inputs, outputs });
}

const column = (...values: number[]): tf.Tensor2D => tf.tensor2d(values, [values.length, 1]);

/** Saves a compiled model of two outputs, and compares results of what loads with its own. */
async function expectSameResults(
  compile: Parameters<Model['compile']>[0],
  load: (place: Parameters<typeof models.load_model>[0]) => Promise<Model>,
): Promise<void> {
  const model = twoOutputs();
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), ...compile });
  const [given, wanted] = [column(0, 1, 2), [column(0.5, 2, 3.5), column(1, 0, 1)]];
  await model.train_on_batch(given, wanted);
  const place = { store: memoryStore(), path: 'm.h5' };
  await model.save(place);
  const loaded = await load(place);
  const results = async (of: Model): Promise<number[]> =>
    numbers(await of.evaluate(given, wanted, { verbose: 0 }));
  expectClose(await results(loaded), await results(model));
  expect(loaded.metrics_names).toEqual(model.metrics_names);
  const trained = async (of: Model): Promise<number[]> =>
    numbers((await of.fit(given, wanted, { epochs: 2, verbose: 0 })).history.loss);
  expectClose(await trained(loaded), await trained(model));
}

const known: CustomObjects = { Absolute, distance };

const WAYS = [
  [
    'in a scope',
    (place: Parameters<typeof models.load_model>[0]) =>
      custom_object_scope(known, () => models.load_model(place)),
  ],
  [
    'by custom_objects',
    (place: Parameters<typeof models.load_model>[0]) =>
      models.load_model(place, { custom_objects: known }),
  ],
] as const;

const LOSSES: readonly (readonly [string, unknown])[] = [
  ['a name', 'mae'],
  ['a built-in class', new losses.MeanAbsoluteError()],
  ['a function', distance],
  ['a class', new Absolute()],
  ['a list', ['mae', new Absolute()]],
  ['a dictionary', { p: distance, q: 'mse' }],
];

test.each(
  WAYS.flatMap(([way, load]) => LOSSES.map(([name, loss]) => [way, name, loss, load] as const)),
)(
  'losses come back %s: %s [LossesSerialization.test_serializing_model_with_loss_with_custom_object_scope] [LossesSerialization.test_serializing_model_with_loss_with_custom_objects]',
  (_way, _name, loss, load) => expectSameResults({ loss: loss as never }, load),
);

/** Metrics that were written down, or that a function makes anew. */
function made(list: unknown): never {
  return (typeof list === 'function' ? list() : list) as never;
}

const METRICS: readonly (readonly [string, unknown])[] = [
  ['names', ['mae', 'mse']],
  ['a built-in class', () => [new metrics.MeanAbsoluteError()]],
  ['a function', [distance]],
  ['lists per output', [['mae'], [distance, 'mse']]],
  ['a dictionary', { p: 'mae', q: [distance] }],
];

test.each(
  WAYS.flatMap(([way, load]) => METRICS.map(([name, list]) => [way, name, list, load] as const)),
)(
  'metrics come back %s: %s [MetricsSerialization.test_serializing_model_with_metric_with_custom_object_scope] [MetricsSerialization.test_serializing_model_with_metric_with_custom_objects]',
  (_way, _name, list, load) =>
    expectSameResults({ loss: 'mse', metrics: made(list), weighted_metrics: made(list) }, load),
);

test('a metric by its name, and a loss for each of two outputs, come back [Saving model with metrics] [Saving functional model with more than one output]', async () => {
  const load = (place: Parameters<typeof models.load_model>[0]) => models.load_model(place);
  await expectSameResults({ loss: 'mse', metrics: ['acc'] }, load);
  await expectSameResults({ loss: { p: 'mse', q: 'mae' } }, load);
});
