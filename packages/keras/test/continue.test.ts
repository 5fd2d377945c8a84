import { memoryStore } from '@km/core';
import { Input, layers, Model, models, optimizers, ready } from '@km/keras';
import { uniform } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { digests } from './fixture-models.ts';

let x: tf.Tensor;
let y: tf.Tensor;

beforeAll(async () => {
  await ready();
  x = tf.tensor(uniform([16, 3], 1), [16, 3]);
  y = tf.tensor(uniform([16, 2], 2), [16, 2]);
});

const options = { verbose: 0, shuffle: false, batch_size: 4 } as const;

function build(optimizer: object): Model {
  const inputs = Input({ shape: [3] });
  const hidden = new layers.Dense({ units: 4, activation: 'tanh' }).apply(inputs);
  const outputs = new layers.Dense({ units: 2 }).apply(hidden);
  const model = new Model({ inputs, outputs });
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

const FORMS = ['model.h5', 'model.keras', 'weights.weights.h5', 'weights'];
const MAKERS: readonly (readonly [string, () => object])[] = [
  ['Nadam, whose momentum product no HDF5 file holds', () => new optimizers.Nadam()],
  ['SGD with moving averages', () => new optimizers.SGD({ momentum: 0.9, use_ema: true })],
  [
    'Adam with a schedule',
    () =>
      new optimizers.Adam({
        learning_rate: new optimizers.schedules.ExponentialDecay({
          initial_learning_rate: 0.1,
          decay_steps: 3,
          decay_rate: 0.5,
        }),
      }),
  ],
];

test.each(MAKERS.flatMap(([name, make]) => FORMS.map((form) => [form, name, make] as const)))(
  'a training goes on from %s as if it had not stopped: %s',
  async (form, _, make) => {
    const store = memoryStore();
    const model = build(make());
    await model.fit(x, y, options);
    const target = { store, path: form };
    if (form.startsWith('weights')) await model.save_weights(target);
    else await model.save(target, { save_format: form.endsWith('.keras') ? 'keras' : 'h5' });
    let other = build(make());
    if (form.startsWith('weights')) await other.load_weights(target);
    else other = await models.load_model(target);
    for (const trained of [model, other]) await trained.fit(x, y, options);
    const state = [model, other].map((m) =>
      digests([...m.weights, ...(m.optimizer?.variables ?? [])]),
    );
    expect(state[1]).toEqual(state[0]);
  },
);

test.each(['m.h5', 'm.keras'])('%s keeps the loss scale as the one to start with', async (path) => {
  const store = memoryStore();
  const inner_optimizer = new optimizers.SGD();
  const scaling = { inner_optimizer, initial_scale: 8, dynamic_growth_steps: 3 };
  const model = build(new optimizers.LossScaleOptimizer(scaling));
  await model.fit(x, y, options);
  await model.save({ store, path }, { save_format: path.slice(2) });
  const loaded = await models.load_model({ store, path });
  expect((loaded.optimizer as optimizers.LossScaleOptimizer).loss_scale).toBe(16);
  expect(models.load_report(loaded)?.notes).toEqual([
    "The file does not hold the state of the optimizer's loss scale, which starts at 16.",
  ]);
});
