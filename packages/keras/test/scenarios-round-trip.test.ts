import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  Input,
  Layer,
  type LayerConfig,
  layers,
  Model,
  models,
  optimizers,
  ready,
  regularizers,
  Sequential,
  saved_model,
  type Variable,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { again, expectClose, lossesOf, member, numbers, saved } from './scenarios-support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'scenarios-'));

beforeAll(() => ready());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dense = (units: number, name: string, rest: object = {}): Layer =>
  new layers.Dense({ units, name, ...rest });

function sequential(): Model {
  return new Sequential([
    dense(4, 'a', { activation: 'relu', input_shape: [3], kernel_regularizer: 'l2' }),
    dense(2, 'b'),
  ]);
}

function functional(): Model {
  const inputs = Input({ shape: [3], name: 'x' });
  const hidden = dense(4, 'a', { activation: 'relu', kernel_regularizer: 'l2' }).apply(inputs);
  return new Model({ inputs, outputs: dense(2, 'b').apply(hidden), name: 'functional' });
}

class Own extends Model {
  static override readonly className: string = 'Own';
  readonly a: Layer = dense(4, 'a', { activation: 'relu', kernel_regularizer: 'l2' });
  readonly b: Layer = dense(2, 'b');

  constructor(config: LayerConfig = {}) {
    super({ name: 'own', ...config });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.b.apply(this.a.apply<tf.Tensor>(inputs));
  }
}

/** Makes its layers when it is built. */
class Late extends Model {
  static override readonly className: string = 'Late';
  parts: Layer[] = [];

  override build(input_shape: readonly (number | null)[]): void {
    this.parts = [dense(4, 'a', { kernel_regularizer: 'l2' }), dense(2, 'b')];
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.parts.reduce((x, part) => part.apply<tf.Tensor>(x), inputs);
  }
}

const MODELS: readonly (readonly [string, () => Model])[] = [
  ['sequential', sequential],
  ['functional', functional],
  ['subclassed', () => new Own()],
  ['subclassed, built late', () => new Late()],
];

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);
const y = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 1], [2, 2]);

function compiled(model: Model): Model {
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), loss: 'mse' });
  return model;
}

function expectEqual(loaded: Model, model: Model): void {
  expect(loaded.weights.map(numbers)).toEqual(model.weights.map(numbers));
  const unseen = tf.tensor2d([[0.5, 2, -1]]);
  expectClose(loaded.apply(unseen), model.apply(unseen));
  expectClose(lossesOf(loaded), lossesOf(model));
}

test.each(MODELS)(
  'a model that was trained loads without its classes: %s [TestSavedModelFormatAllModes.test_model_save_and_load]',
  async (_, make) => {
    const model = compiled(make());
    await model.fit(x(), y(), { verbose: 0 });
    expectEqual(await again(model), model);
  },
);

test.each(MODELS)(
  'a model that an iterator of batches fed loads without its classes: %s [TestSavedModelFormatAllModes.test_model_save_and_load_dataset]',
  async (_, make) => {
    const model = compiled(make());
    async function* batches(): AsyncGenerator<[tf.Tensor, tf.Tensor]> {
      for (let i = 0; i < 3; i += 1) yield [x(), y()];
    }
    await model.fit(batches() as never, null, { verbose: 0, steps_per_epoch: 3 });
    expectEqual(await again(model), model);
  },
);

/** A config without the shapes of stacks, which a `.keras` archive keeps beside the layers. */
function plain(model: Model): unknown {
  return JSON.parse(JSON.stringify(model.get_config()), (key, value: unknown) =>
    key === 'batch_input_shape' ? undefined : value,
  );
}

const FORMS = [
  ['h5', {}],
  ['keras', {}],
  ['tf', {}],
  ['tf', { save_traces: false }],
] as const;

const CASES = FORMS.flatMap(([save_format, rest]) =>
  MODELS.filter(([name]) => save_format === 'tf' || !name.startsWith('sub')).map(
    ([name, make]) => [name, save_format, rest, make] as const,
  ),
);

test.each(CASES)(
  'predictions, metrics, config and the next step are the same: %s as %s %j [TestWholeModelSaving.test_save_and_load]',
  async (_, save_format, rest, make) => {
    const model = make();
    model.compile({
      optimizer: new optimizers.Adam({ learning_rate: 0.1 }),
      loss: 'mse',
      metrics: ['mae'],
      weighted_metrics: ['mse'],
    });
    const weights = tf.tensor1d([1, 3]);
    await model.train_on_batch(x(), y(), { sample_weight: weights });
    const place = await saved(model, { save_format, ...rest });
    const loaded = await models.load_model(place, { custom_objects: { Own, Late } });
    expectClose(loaded.apply(x()), model.apply(x()));
    const evaluated = (of: Model): Promise<unknown> =>
      of.evaluate(x(), y(), { sample_weight: weights, verbose: 0 });
    expectClose(await evaluated(loaded), await evaluated(model));
    expect(loaded.metrics_names).toEqual(model.metrics_names);
    if (!(model instanceof Own || model instanceof Late)) {
      expect(plain(loaded)).toEqual(plain(model));
    }
    const step = (of: Model): Promise<unknown> => of.train_on_batch(x(), y());
    expectClose(await step(loaded), await step(model));
    expectClose(loaded.weights, model.weights);
  },
);

test('a model is saved to a path without extension and loaded from it [TestSaveModel.test_save_load_tf_string] [TestSaveModel.test_save_format_defaults]', async () => {
  const [model, place] = [functional(), path.join(folder, 'model')];
  await models.save_model(model, place);
  const { signatures } = await saved_model.load(place);
  expect(Object.keys(signatures)).toContain('serving_default');
  expectEqual(await models.load_model(place), model);
});

test('a URL of a folder is a path [TestSaveModel.test_save_format_defaults_pathlib]', async () => {
  const [model, url] = [functional(), pathToFileURL(path.join(folder, 'by-url'))];
  await models.save_model(model, url);
  expectEqual(await models.load_model(fileURLToPath(url)), model);
});

test('folders above the one to save to are made [TestWholeModelSaving.test_model_saving_to_new_dir_path]', async () => {
  const [model, place] = [functional(), path.join(folder, 'new', 'folders', 'model')];
  await model.save(place);
  expectEqual(await models.load_model(place), model);
});

test('weights that were added to a layer by hand keep their order and whether they are trained [TestSavedModelFormatAllModes.test_trainable_weights]', async () => {
  const layer = new layers.Dense({ units: 1, name: 'custom' });
  layer.build([null, 1]);
  layer.add_weight({ name: 'extra_weight', shape: [], initializer: 'ones', trainable: true });
  layer.add_weight({ name: 'extra_weight_2', shape: [], initializer: 'ones', trainable: false });
  class Holder extends Model {
    readonly layer: Layer = layer;
    override call(inputs: tf.Tensor): tf.Tensor {
      return this.layer.apply(inputs);
    }
  }
  const model = new Holder();
  model.apply(tf.ones([2, 1]));
  const loaded = member(await again(model), 'layer') as Layer;
  expect([loaded.name, loaded.trainable]).toEqual(['custom', true]);
  const shown = (list: readonly Variable[]): unknown[] => list.map((v) => [v.name, numbers(v)]);
  for (const list of ['weights', 'trainable_weights', 'non_trainable_weights'] as const) {
    expect(shown(loaded[list])).toEqual(shown(layer[list]));
  }
});

test('a model of its own class that is not trained stays so [TestSavedModelFormatAllModes.test_trainable_custom_model_false]', async () => {
  const model = new Own({ trainable: false });
  model.apply(x());
  const loaded = await again(model);
  expect(loaded.trainable_variables).toEqual([]);
  expect(loaded.weights).toHaveLength(4);
});

test('two inputs of different widths come back in their order [TestSavedModelFormatAllModes.test_multi_input_model]', async () => {
  const inputs = [Input({ shape: [3], name: 'first' }), Input({ shape: [5], name: 'second' })];
  const loaded = await again(new Model({ inputs, outputs: inputs }));
  const given = [tf.randomUniform([2, 3]), tf.randomUniform([2, 5])];
  const made = loaded.apply<tf.Tensor[]>(given);
  expect(made.map(numbers)).toEqual(given.map(numbers));
});

test('a stack that was loaded loses and gains layers, with their penalties [TestSavedModelFormatAllModes.test_revived_sequential]', async () => {
  const kernel_regularizer = new regularizers.L2({ l2: 0.01 });
  const model = new Sequential([
    dense(5, 'a', { input_shape: [3], kernel_regularizer }),
    dense(2, 'b', { kernel_regularizer }),
  ]);
  const loaded = (await again(model)) as Sequential;
  const counts = (): number[] => [loaded.layers.length, loaded.losses.length];
  expect(counts()).toEqual([2, 2]);
  loaded.pop();
  expect(counts()).toEqual([1, 1]);
  loaded.add(dense(2, 'c', { kernel_regularizer }));
  expect(counts()).toEqual([2, 2]);
});

test('gradients, saving and loading alternate without loss [LoadTest.test_load_grad_save]', async () => {
  class Square extends Layer {
    static override readonly className: string = 'Square';
    v: Variable | null = null;
    override build(): void {
      this.v = this.add_weight({ name: 'v', shape: [], initializer: 'ones' });
      super.build([null]);
    }
    override call(inputs: tf.Tensor): tf.Tensor {
      return tf.mul(tf.square((this.v as Variable).read()), inputs);
    }
  }
  let model: Model = new Sequential([new Square({ input_shape: [1] })]);
  const one = tf.tensor2d([[1]]);
  for (let turn = 0; turn < 3; turn += 1) {
    const [v] = model.weights;
    if (v === undefined) throw new Error('no weight');
    const slope = tf.grad(() => tf.sum(model.apply<tf.Tensor>(one)))(v.read());
    expect([numbers(slope), numbers(model.apply(tf.tensor2d([[4]])))]).toEqual([[2], [4]]);
    model = await again(model);
  }
});
