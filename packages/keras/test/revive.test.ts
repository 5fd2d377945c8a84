import { memoryStore } from '@km/core';
import {
  getClassName,
  Input,
  Layer,
  type LayerConfig,
  layers,
  losses,
  Model,
  metrics,
  models,
  optimizers,
  ready,
  Sequential,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { functional, Weighing, x, y } from './custom-layers.ts';

beforeAll(async () => {
  await ready();
});

class Nested extends Layer {
  static override readonly className: string = 'Nested';
  readonly parts: readonly Layer[] = [
    new Weighing({ name: 'first' }),
    new layers.Dense({ units: 2, name: 'second' }),
  ];

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.parts.reduce((x, layer) => layer.apply(x), inputs);
  }
}

class Net extends Model {
  static override readonly className: string = 'Net';
  readonly inner: Nested = new Nested({ name: 'inner' });
  readonly drop: Layer = new layers.Dropout({ rate: 0 });

  constructor(config: LayerConfig = {}) {
    super({ name: 'net', ...config });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.drop.apply(this.inner.apply(inputs));
  }
}

function subclassed(): Model {
  const model = new Net();
  model.apply(x()).dispose();
  return model;
}

const MODELS: readonly (readonly [string, () => Model])[] = [
  ['a functional model around a layer', () => functional(new Weighing({ name: 'weighing' }))],
  ['a functional model around nested layers', () => functional(new Nested({ name: 'nested' }))],
  [
    'a stack',
    () => new Sequential([Input({ shape: [3] }), new Weighing(), new layers.Dense({ units: 2 })]),
  ],
  ['a subclassed model', subclassed],
];

async function saved(model: Model): Promise<Parameters<typeof models.load_model>[0]> {
  const target = { store: memoryStore(), path: 'model' };
  await model.save(target, { save_format: 'tf' });
  return target;
}

function numbers(values: tf.Tensor): number[] {
  return [...values.dataSync()];
}

function compiled(model: Model): Model {
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), loss: 'mse' });
  return model;
}

test.each(MODELS)(
  '%s of unknown class predicts, adds losses and trains as with it',
  async (_, make) => {
    const model = compiled(make());
    const revived = await models.load_model(await saved(model));
    expect(revived).not.toBeInstanceOf(Net);
    for (const training of [false, true]) {
      const expected = numbers(model.apply(x(), { training }));
      numbers(revived.apply(x(), { training })).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
      });
      const total = (of: Model): number =>
        of.losses.reduce((sum, loss) => sum + Number(loss.dataSync()[0]), 0);
      expect(total(revived)).toBeCloseTo(total(model), 5);
    }
    const before = revived.weights.map((variable) => numbers(variable.read()));
    const [loss, expected] = [
      await revived.train_on_batch(x(), y()),
      await model.train_on_batch(x(), y()),
    ];
    expect(loss).toBeCloseTo(Number(expected), 5);
    revived.weights.forEach((variable, i) => {
      const after = numbers(variable.read());
      expect(after).not.toEqual(before[i]);
      const wanted = numbers(model.weights[i]?.read() ?? tf.scalar(Number.NaN));
      after.forEach((value, k) => {
        expect(value).toBeCloseTo(wanted[k] ?? Number.NaN, 5);
      });
    });
  },
);

test('a layer of unknown class keeps its class name, its name and its place', async () => {
  const revived = await models.load_model(await saved(functional(new Nested({ name: 'nested' }))));
  expect(revived.layers.map((layer) => [getClassName(layer), layer.name])).toEqual([
    ['InputLayer', 'x'],
    ['Nested', 'nested'],
    ['Dense', 'head'],
  ]);
  expect(revived.output_shape).toEqual([null, 2]);
  expect(revived.weights.map(({ name }) => name)).toEqual([
    'nested/first/kernel',
    'nested/second/kernel',
    'nested/second/bias',
    'head/kernel',
    'head/bias',
  ]);
});

test('custom objects give the class itself', async () => {
  const target = await saved(functional(new Weighing({ name: 'weighing' })));
  const model = await models.load_model(target, { custom_objects: { Weighing } });
  expect(model.get_layer('weighing')).toBeInstanceOf(Weighing);
});

test('custom objects give their classes to parts of what is revived, too', async () => {
  const target = await saved(subclassed());
  const model = await models.load_model(target, { custom_objects: { Weighing } });
  expect(model).not.toBeInstanceOf(Net);
  const { parts } = (model as unknown as { inner: Nested }).inner;
  expect(parts[0]).toBeInstanceOf(Weighing);
  expect(parts[1]).toBeInstanceOf(layers.Dense);
  const before = numbers(model.apply(x()));
  (parts[0] as Weighing).kernel?.assign([0, 0, 0]);
  expect(numbers(model.apply(x()))).not.toEqual(before);
});

test('a revived model is saved and revived again', async () => {
  const once = await models.load_model(await saved(compiled(subclassed())));
  await once.train_on_batch(x(), y());
  const twice = await models.load_model(await saved(once));
  expect(numbers(twice.apply(x()))).toEqual(numbers(once.apply(x())));
  expect(await twice.train_on_batch(x(), y())).toBeCloseTo(
    Number(await once.train_on_batch(x(), y())),
    5,
  );
});

test('metrics of unknown classes are left out, and the report says which', async () => {
  class Odd extends metrics.Mean {
    static override readonly className: string = 'Odd';
  }
  const model = functional(new Weighing());
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae', new Odd(), 'mape'] });
  await model.evaluate(x(), y(), { verbose: 0 });
  const revived = await models.load_model(await saved(model));
  expect(models.load_report(revived)?.notes.join()).toMatch(/without some metrics: .*Odd/);
  const logs = await revived.evaluate(x(), y(), { verbose: 0, return_dict: true });
  expect(Object.keys(logs)).toEqual(['loss', 'mae', 'mape']);
});

test('a loss of unknown class leaves the model uncompiled, and the report says so', async () => {
  class Odd extends losses.Loss {
    static override readonly className: string = 'Odd';
    override call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
      return tf.mean(tf.abs(tf.sub(y_true, y_pred)), -1);
    }
  }
  const model = functional(new Weighing());
  model.compile({ optimizer: 'sgd', loss: new Odd() });
  const target = await saved(model);
  const revived = await models.load_model(target);
  expect(revived.optimizer).toBeNull();
  expect(revived.compiled).toBe(false);
  expect(models.load_report(revived)?.notes.join()).toMatch(/not compiled: .*Odd/);
  const known = await models.load_model(target, { custom_objects: { Odd } });
  expect(known.optimizer).not.toBeNull();
});
