import { memorySource, memoryStore, readAll, zipStore } from '@km/core';
import {
  Input,
  Layer,
  layers,
  losses,
  Model,
  models,
  optimizers,
  ready,
  register_keras_serializable,
  Sequential,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, numbers, saved } from './scenarios-support.ts';

beforeAll(() => ready());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);
const y = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 1], [2, 2]);

const stack = (units = 2): Sequential =>
  new Sequential([
    new layers.Dense({ units: 4, name: 'first', activation: 'relu', input_shape: [3] }),
    new layers.Dense({ units, name: 'last' }),
  ]);

async function zipped(model: Model) {
  return saved(model, { save_format: 'keras' });
}

async function again(model: Model, args: models.LoadModelArguments = {}): Promise<Model> {
  return models.load_model(await zipped(model), args);
}

/** A member of an archive as JSON. */
async function member(model: Model, name: string): Promise<Record<string, unknown>> {
  const { store } = await zipped(model);
  const archive = await zipStore(memorySource(store.objects.get('m') ?? new Uint8Array()));
  const source = await archive.open(name);
  if (source === undefined) throw new Error(`no ${name}`);
  return JSON.parse(new TextDecoder().decode(await readAll(source)));
}

class Own extends Layer {
  static override readonly className: string = 'Own';
  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, 2);
  }
}

class Absolute extends losses.Loss {
  static override readonly className: string = 'Absolute';
  override call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
    return tf.mean(tf.abs(tf.sub(y_true, y_pred)), -1);
  }
}

test('a stack and a model around models predict the same [SavingAPITest.test_model_api_endpoint] [SavingV3Test.test_load_model_api_endpoint] [SavingBattleTest.test_nested_functional_model_saving]', async () => {
  const inputs = [Input({ shape: [3] }), Input({ shape: [3] })];
  const [a, b] = [Input({ shape: [3] }), Input({ shape: [3] })];
  const [left, right] = [
    new Model({ inputs: a, outputs: new layers.Dense({ units: 2 }).apply(a) }),
    new Model({ inputs: b, outputs: new layers.Dense({ units: 2 }).apply(b) }),
  ];
  const outputs = new layers.Add().apply([
    left.apply(inputs[0] as never),
    right.apply(inputs[1] as never),
  ]);
  const model = new Model({ inputs, outputs });
  const given = [x(), tf.mul(x(), 3)];
  expectClose((await again(model)).apply(given), model.apply(given));
  const plain = stack();
  expectClose((await again(plain)).apply(x()), plain.apply(x()));
});

test('a compiled model is compiled as it was, and trains on [SavingTest.test_compile_preserved]', async () => {
  const model = stack();
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  await model.fit(x(), y(), { verbose: 0 });
  const loaded = await again(model);
  const evaluated = (of: Model): Promise<unknown> => of.evaluate(x(), y(), { verbose: 0 });
  expectClose(await evaluated(loaded), await evaluated(model));
  expectClose(loaded.optimizer?.variables, model.optimizer?.variables);
  expectClose(await loaded.train_on_batch(x(), y()), await model.train_on_batch(x(), y()));
});

test('compile=false leaves the model uncompiled [SavingTest.test_compile_arg] [SavingV3Test.test_compile_arg]', async () => {
  const model = stack();
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const place = await zipped(model);
  expect((await models.load_model(place)).compiled).toBe(true);
  expect((await models.load_model(place, { compile: false })).compiled).toBe(false);
});

test('load_weights takes the weights of a whole archive [SavingTest.test_load_weights_only_with_keras_file] [SavingV3Test.test_load_weights_only_with_keras_file]', async () => {
  const [model, twin] = [stack(), stack()];
  await twin.load_weights(await zipped(model));
  expectClose(twin.apply(x()), model.apply(x()));
});

test('a layer of another size is refused, or left out by skip_mismatch [SavingTest.test_partial_load] [SavingV3Test.test_partial_load]', async () => {
  const [model, other] = [stack(), stack(5)];
  const place = await zipped(model);
  await expect(other.load_weights(place)).rejects.toThrow(/shape/);
  const before = numbers(other.get_layer('last').weights);
  await other.load_weights(place, false, true);
  expectClose(other.get_layer('first').weights, model.get_layer('first').weights);
  expect(numbers(other.get_layer('last').weights)).toEqual(before);
});

test('the archive says who wrote it and when [SavingTest.test_metadata]', async () => {
  const metadata = await member(stack(), 'metadata.json');
  expect(metadata.keras_version).toMatch(/^\d+\.\d+/);
  expect(metadata.date_saved).toMatch(/^\d{4}-\d{2}-\d{2}@\d{2}:\d{2}:\d{2}$/);
});

test('the config names modules and registered classes [SavingTest.test_saved_module_paths_and_class_names] [SavingV3Test.test_saved_module_paths_and_class_names]', async () => {
  register_keras_serializable('my_custom_package')(Own);
  register_keras_serializable('my_custom_package')(Absolute);
  const model = new Sequential([new Own({ input_shape: [3] }), new layers.Dense({ units: 2 })]);
  model.compile({ optimizer: new optimizers.Adam(), loss: new Absolute() });
  const config = await member(model, 'config.json');
  expect(config).toMatchObject({ module: 'keras', class_name: 'Sequential' });
  const text = JSON.stringify(config);
  expect(text).toContain('"registered_name":"my_custom_package>Own"');
  expect(text).toContain('"registered_name":"my_custom_package>Absolute"');
  expect(text).toMatch(/"module":"keras\.layers","class_name":"Dense"/);
  expect(text).toMatch(/"module":"keras\.optimizers[^"]*","class_name":"Adam"/);
});

test('a layer that is used twice is one layer [SavingTest.test_load_model_containing_reused_layer]', async () => {
  const inputs = Input({ shape: [4] });
  const reused = new layers.Dense({ units: 4 });
  const outputs = new layers.Dense({ units: 4 }).apply(reused.apply(reused.apply(inputs)));
  const model = new Model({ inputs, outputs });
  const loaded = await again(model);
  expect(loaded.layers).toHaveLength(3);
  const given = tf.randomUniform([2, 4]);
  expectClose(loaded.apply(given), model.apply(given));
});

test('a layer of the user comes by custom_objects, and without is asked for [LoadModelTests.test_load_model_with_custom_objects]', async () => {
  class Tripled extends Own {
    static override readonly className: string = 'Tripled';
  }
  const model = new Sequential([new Tripled({ input_shape: [3] })]);
  const loaded = await again(model, { custom_objects: { Tripled } });
  expect(loaded.layers[0]).toBeInstanceOf(Tripled);
  await expect(again(model)).rejects.toThrow(/Tripled.*custom_objects/s);
});

test('both directions of a recurrent layer come back [SavingBattleTest.test_bidirectional_lstm_saving]', async () => {
  const layer = new layers.Bidirectional({ layer: new layers.LSTM({ units: 3 }) });
  const model = new Sequential([Input({ shape: [4, 2] }), layer]);
  const given = tf.randomUniform([2, 4, 2]);
  expectClose((await again(model)).apply(given), model.apply(given));
});

test('normalizations that learned, or were given, their numbers have them [SavingV3Test.test_normalization_kpl] [SavingAPITest.test_normalization_kpl]', async () => {
  const adapted = new layers.Normalization({ axis: -1 });
  adapted.adapt(tf.tensor2d([[1], [3], [5]]));
  const fixed = new layers.Normalization({ mean: [2], variance: [4] });
  for (const layer of [adapted, fixed]) {
    const model = new Sequential([Input({ shape: [1] }), layer]);
    const given = tf.tensor2d([[1], [7]]);
    expectClose((await again(model)).apply(given), model.apply(given));
  }
});

test('groups of layers are named by their class, whatever was made before [SavingV3Test.test_layer_index_naming]', async () => {
  new layers.Dense({ units: 1 });
  const model = new Sequential(
    [1, 1, 1, 1].map(
      (units, i) => new layers.Dense({ units, ...(i === 0 ? { input_shape: [1] } : {}) }),
    ),
  );
  const place = { store: memoryStore(), path: 'm.weights.h5' };
  await model.save_weights(place);
  const names = new TextDecoder('latin1').decode(place.store.objects.get('m.weights.h5'));
  for (const name of ['dense', 'dense_1', 'dense_2', 'dense_3'])
    expect(names).toContain(`${name}\0`);
  expect(names).not.toContain('dense_4\0');
});

test('layers in lists and dictionaries of a model are filled [SavingBattleTest.test_nested_container_layer_saving]', async () => {
  class Holding extends Model {
    static override readonly className: string = 'Holding';
    readonly parts: readonly unknown[] = [
      [new layers.Dense({ units: 3 })],
      { deep: [new layers.Dense({ units: 2 })] },
    ];
    override call(inputs: tf.Tensor): tf.Tensor {
      const [[first], { deep }] = this.parts as [[Layer], { readonly deep: [Layer] }];
      return deep[0].apply(first?.apply<tf.Tensor>(inputs) ?? inputs);
    }
  }
  const [model, twin] = [new Holding(), new Holding()];
  for (const each of [model, twin]) each.apply(x());
  const place = { store: memoryStore(), path: 'm.weights.h5' };
  await model.save_weights(place);
  await twin.load_weights(place);
  expectClose(twin.apply(x()), model.apply(x()));
});
