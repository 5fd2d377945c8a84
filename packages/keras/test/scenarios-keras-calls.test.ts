import { type Model, models, ready, saved_model, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import {
  expectClose,
  expectedOf,
  functionAt,
  loadKeras,
  loadPlain,
  member,
  numbers,
  placeOf,
  recordedOf,
  variableAt,
} from './scenarios-support.ts';

beforeAll(() => ready());

test('a layer that differs while training minds the argument [TestSavedModelFormatAllModes.test_layer_with_learning_phase]', async () => {
  const model = await loadKeras('phase');
  const x = tf.ones([1, 10]);
  const sum = (args?: { readonly training: boolean }): number[] =>
    numbers(tf.sum(model.apply<tf.Tensor>(x, args)));
  expect([sum(), sum({ training: false }), sum({ training: true })]).toEqual([[10], [10], [0]]);
  const layer = model.layers[0];
  expect(numbers(tf.sum(layer?.apply<tf.Tensor>(x, { training: true }) ?? x))).toEqual([0]);
});

test('a saved function has the default of training that the layer had [TestSavedModelFormatAllModes.testTrainingDefaults]', async () => {
  const module = await loadPlain('defaults');
  const x = tf.ones([1, 3]);
  expect(numbers(functionAt(module, '__call__')(x))).toEqual(
    numbers(functionAt(module, '__call__')(x, { training: false })),
  );
  expect(numbers(functionAt(module, 'none.__call__')(x))).toEqual([1, 1, 1]);
  expect(numbers(functionAt(module, 'true.__call__')(x))).toEqual([0, 0, 0]);
  const required = functionAt(module, 'required.__call__');
  expect(numbers(required(x, true))).toEqual([0, 0, 0]);
  expect(numbers(required(x, false))).toEqual([1, 1, 1]);
  expect(() => required(x)).toThrow('Could not find matching');
});

test('a layer inside of a model trains when the model does [TestSavedModelFormatAllModes.test_wrapped_layer_training]', async () => {
  const {
    x,
    default: omitted,
    true: training,
    false: inference,
  } = expectedOf('wrapped', 'x', 'default', 'true', 'false');
  const model = await loadKeras('wrapped');
  const call = functionAt(await loadPlain('wrapped'), '__call__');
  for (const [made, expected] of [
    [model.apply(x), omitted],
    [model.apply(x, { training: true }), training],
    [model.apply(x, { training: false }), inference],
    [call(x), omitted],
    [call(x, { training: true }), training],
    [call(x, { training: false }), inference],
  ]) {
    expect(numbers(made)).toEqual(numbers(expected));
  }
});

test('a call that was a function of TensorFlow itself minds training [TestSavedModelFormatAllModes.testModelWithTfFunctionCall]', async () => {
  const model = await loadKeras('function');
  const x = tf.tensor2d([[1, 2, 3]]);
  expect(numbers(model.apply(x, { training: true }))).toEqual([1, 2, 3]);
  expect(numbers(model.apply(x, { training: false }))).toEqual([0, 0, 0]);
});

test('training stands between two inputs [TestSavedModelFormatAllModes.testSaveMultipleInputsWithTraining]', async () => {
  const {
    a,
    b,
    true: training,
    false: inference,
  } = expectedOf('between', 'a', 'b', 'true', 'false');
  const model = await loadKeras('between');
  expectClose(model.apply(a, { training: true, second: b }), training);
  expectClose(model.apply(a, { training: false, second: b }), inference);
  const call = functionAt(await loadPlain('between'), '__call__');
  expectClose(call(a, true, b), training);
  expectClose(call(a, false, b), inference);
});

test('without Keras a model shows its weights, layers and penalty [TestSavedModelFormatAllModes.test_standard_loader]', async () => {
  const { x, y, loss } = expectedOf('plain', 'x', 'y', 'loss');
  const module = await loadPlain('plain');
  const variables = member(module, 'keras_api.variables') as readonly unknown[];
  for (const variable of variables as readonly Variable[]) {
    expectClose(variable, recordedOf('plain')[`${variable.name}:0`]?.data ?? []);
  }
  expect(variables).toHaveLength(6);
  for (const [list, count] of [
    ['trainable_variables', 4],
    ['non_trainable_variables', 2],
    ['layers', 2],
  ] as const) {
    expect(member(module, `keras_api.${list}`)).toHaveLength(count);
  }
  const penalties = member(module, 'regularization_losses') as readonly unknown[];
  const penalty = penalties.length === 1 ? functionAt(penalties, '0')() : undefined;
  expectClose(penalty, loss);
  expectClose(functionAt(module, '__call__')(x, { training: false }), y);
});

test('a normalization frozen before saving stays so until it is thawed [TestSavedModelFormatAllModes.testDisablingBatchNormTrainableBeforeSaving]', async () => {
  const model = await loadKeras('frozen');
  const mean = (): number[] => numbers(model.weights.find(({ name }) => /mean/.test(name)));
  const x = tf.tensor2d([[12]]);
  model.apply(x, { training: true });
  expect(mean()).toEqual([0]);
  model.trainable = true;
  model.apply(x, { training: true });
  expectClose(mean(), [0.12]);
});

test('a layer on two inputs keeps both nodes beside a layer without its class [TestSavedModelFormatAllModes.testReviveFunctionalModel]', async () => {
  const { x, y } = expectedOf('reused', 'x', 'y');
  const model = await loadKeras('reused');
  expect(model.name).toBe('reused');
  expect(model.get_layer('shared')._inbound_nodes).toHaveLength(2);
  const plus = model.get_layer('plus');
  expect((plus.constructor as typeof Model).className).toBe('Plus');
  expect(plus.weights).toHaveLength(1);
  expectClose(model.apply([x, tf.add(x as tf.Tensor, 1)]), y);
});

test('a tensor that a layer was called with by name is kept [TestSavedModelFormatAllModes.testSaveTensorKwarg]', async () => {
  const { x, y } = expectedOf('constant', 'x', 'y');
  expectClose((await loadKeras('constant')).apply(x), y);
});

test('a text beside an input keeps letters of all kinds [TestWholeModelSaving.test_save_functional_with_constant_string_input]', async () => {
  const model = await loadKeras('text');
  const made = model.apply<tf.Tensor>(tf.tensor([['a'], ['ß']], [2, 1], 'string'));
  expect([...made.dataSync()]).toEqual(['aañb 猫😊', 'ßañb 猫😊']);
});

test('a layer without its class counts its trainings [TestSavedModelFormatAllModes.testSaveLayerWithUpdates]', async () => {
  const model = await loadKeras('counts');
  const count = variableAt(model.get_layer('counts'), 'count');
  expect(numbers(count)).toEqual([0]);
  await model.fit(tf.ones([2, 3]), tf.ones([2, 3]), { verbose: 0, batch_size: 2 });
  expect(numbers(count)).toEqual([1]);
});

test.each(['stateful', 'stateful_unrolled'])(
  'cells that keep their states have them and go on from them: %s [TestSavedModelFormatAllModes.testSaveStatefulRNN]',
  async (name) => {
    const { x, y } = expectedOf(name, 'x', 'y');
    const model = await loadKeras(name);
    const layer = model.layers.find(({ name: own }) => own === 'stacked');
    expect(layer?.stateful).toBe(true);
    const states = Object.entries(recordedOf(name)).filter(([key]) => key.startsWith('state_'));
    expectClose(
      member(layer, 'states'),
      states.flatMap(([, { data }]) => data),
    );
    expectClose(model.apply(x), y);
  },
);

test('both directions of a frozen unrolled layer give the same [TestSavedModelFormatAllModes.testSaveBidirectionalLSTM]', async () => {
  const { x, y } = expectedOf('bidirectional', 'x', 'y');
  const model = await loadKeras('bidirectional');
  expect(model.trainable_weights).toEqual([]);
  expectClose(model.apply(x), y);
});

test('a folder made for inference gives the outputs of its model [TestTFSMLayer.test_reloading_export_archive]', async () => {
  const { x, y } = expectedOf('export', 'x', 'y');
  const module = await loadPlain('export');
  expectClose(functionAt(module, 'serve')(x), y);
  expect(member(module, 'variables')).toHaveLength(4);
});

test('the default signature of a saved model gives its outputs [TestTFSMLayer.test_reloading_default_saved_model]', async () => {
  const { x, y } = expectedOf('export', 'x', 'y');
  const { signatures } = await loadPlain('export');
  expectClose(Object.values(signatures.serving_default?.(x) ?? {})[0], y);
});

test('an endpoint for training draws, and one for inference does not [TestTFSMLayer.test_call_training]', async () => {
  const { x, y } = expectedOf('archive', 'x', 'y');
  const module = await loadPlain('archive');
  expectClose(functionAt(module, 'call_inference')(x), y);
  const made = functionAt(module, 'call_training')(x) as tf.Tensor;
  expect(made.shape).toEqual(y.shape);
  expect(numbers(made)).not.toEqual(numbers(y));
});

test('an endpoint that is not there is not made up [TestTFSMLayer.test_errors]', async () => {
  const { signatures } = await saved_model.load(await placeOf('archive'));
  expect(signatures.wrong).toBeUndefined();
  await expect(models.load_model(await placeOf('archive'))).rejects.toThrow('saved_model.load');
});
