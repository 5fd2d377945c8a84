import { isKmError } from '@km/core';
import { models, ready, saved_model } from '@km/keras';
import { readSavedModel } from '@km/savedmodel';
import { countingStore } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import {
  copyOf,
  functionAt,
  loadPlain,
  member,
  numbers,
  placeOf,
  variableAt,
} from './scenarios-support.ts';

beforeAll(() => ready('cpu'));

type Signature = saved_model.LoadedSignature;

const words = (...values: string[]): tf.Tensor => tf.tensor1d(values, 'string');

test('variables keep their values and whether they are trained [LoadTest.test_variables]', async () => {
  const module = await loadPlain('variables');
  const [first, second] = [variableAt(module, 'first'), variableAt(module, 'second')];
  expect([numbers(first), first.trainable]).toEqual([[1], true]);
  expect([numbers(second), second.trainable]).toEqual([[2], false]);
});

test('two variables of one name keep it, and their own values [LoadTest.test_variables_name]', async () => {
  const module = await loadPlain('same_names');
  const [first, second] = [variableAt(module, 'first'), variableAt(module, 'second')];
  expect([first.name, second.name]).toEqual(['v1', 'v1']);
  expect([...numbers(first), ...numbers(second)]).toEqual([1, 2]);
});

test('assets lie beside the model with their contents [LoadTest.test_assets]', async () => {
  const module = await loadPlain('two_assets');
  for (const name of ['first', 'second']) {
    const asset = member(module, name) as saved_model.Asset;
    expect(asset.asset_path).toBe(`assets/${name}.txt`);
    expect(new TextDecoder().decode(asset.content ?? undefined)).toBe(`contents of ${name}.txt`);
  }
});

test('a dictionary comes back by its keys, without plain values [LoadTest.test_dict]', async () => {
  const module = await loadPlain('containers');
  expect(numbers(variableAt(module, 'items.a'))).toEqual([1]);
  expect(numbers(functionAt(module, 'items.times')(tf.scalar(2)))).toEqual([6]);
  expect(member(module, 'items.plain')).toBeUndefined();
});

test('a list keeps its length where a plain value stood [LoadTest.test_list]', async () => {
  const row = member(await loadPlain('containers'), 'row') as readonly unknown[];
  expect(row).toHaveLength(3);
  expect(row[1]).toBeUndefined();
  expect(numbers([row[0], row[2]])).toEqual([1, 3]);
});

test('functions in a list run, one with a variable made in its first call [LoadTest.test_functions_list]', async () => {
  const module = await loadPlain('containers');
  expect(numbers(functionAt(module, 'losses.0')())).toEqual([1]);
  expect(numbers(functionAt(module, 'losses.1')())).toEqual([4]);
});

test('tables look up, from tensors and from a file, one after the other [LoadTest.test_table]', async () => {
  const module = await loadPlain('tables');
  const given = words('cat', 'fish', 'dog');
  expect(numbers(functionAt(module, 'ids')(given))).toEqual([1, -1, 0]);
  const chained = functionAt(module, 'chained')(given) as tf.Tensor;
  expect([...chained.dataSync()]).toEqual(['one', 'none', 'zero']);
});

test('mutable tables have what they had learned [LoadTest.test_load_custom_saveable_object]', async () => {
  const module = await loadPlain('tables');
  expect(numbers(functionAt(module, 'learned')(words('brain', 'surgery', 'salad')))).toEqual([
    15, -1, 21,
  ]);
  expect(numbers(functionAt(module, 'packed')([2, 1, 7]))).toEqual([21, 15, -1]);
});

test('a table that is filled from an asset finds it where the model was moved to [LoadTest.test_load_resource_with_dependency]', async () => {
  const moved = await copyOf('tables');
  const module = await saved_model.load({ store: moved, path: 'tables' });
  expect(numbers(functionAt(module, 'ids')(words('bird')))).toEqual([2]);
});

test('the version of TensorFlow that wrote a model is told [LoadTest.test_version_info]', async () => {
  const module = await loadPlain('variables');
  expect(module.tensorflow_version).toBe('2.15.1');
  expect(member(module, 'tensorflow_git_version')).toMatch(/^v2\.15/);
});

test('a wrong tag is refused, the right one is taken as text or list [SingleCycleTests.test_load_with_tags]', async () => {
  const place = await placeOf('variables');
  await expect(saved_model.load(place, 'not_serve')).rejects.toThrow(
    /No graph has the tags \[not_serve\]/,
  );
  for (const tags of ['serve', ['serve'], [...new Set(['serve'])]]) {
    expect(numbers(variableAt(await saved_model.load(place, tags), 'first'))).toEqual([1]);
  }
});

test('a variable, a function and its signature as in the guide [SingleCycleTests.test_docstring_examples]', async () => {
  const module = await loadPlain('docstring');
  expect(numbers(variableAt(module, 'v'))).toEqual([3]);
  expect(numbers(functionAt(module, 'f')(tf.scalar(2)))).toEqual([6]);
  expect(numbers(module.signatures.serving_default?.({ x: -1 }))).toEqual([-3]);
});

test('a variable without a value is an error that says so [SaveTest.test_save_uninitialized_variable]', async () => {
  const error: unknown = await loadPlain('partial').catch((reason: unknown) => reason);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(/second/);
});

test('a concrete function with nested arguments takes its tensors [LoadTest.test_structured_inputs_bare_concrete_function]', async () => {
  const concrete = member(await loadPlain('structures'), 'concrete') as Signature;
  const [a, b] = concrete.inputs.map(({ name }) => name);
  const run = (left: number, right: number): number[] =>
    numbers(concrete({ [a ?? '']: left, [b ?? '']: right }));
  expect([run(10, 11), run(11, 10)]).toEqual([[31], [32]]);
  expect(() => concrete({ [a ?? '']: 1, [b ?? '']: 2, other: 7 })).toThrow(TypeError);
});

test('disposing of the variables of a model frees all of its tensors [LoadTest.test_variables_destroyed] [load TFSavedModel and delete]', async () => {
  const before = tf.memory().numTensors;
  const module = await loadPlain('variables');
  const variables = [variableAt(module, 'first'), variableAt(module, 'second')];
  for (const variable of variables) variable.read();
  expect(tf.memory().numTensors).toBe(before + 2);
  for (const variable of variables) variable.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('Keras refuses a model without its metadata, and names the plain loader [TestSavedModelFormat.test_load_non_keras_saved_model]', async () => {
  const error: unknown = await models
    .load_model(await placeOf('variables'))
    .catch((reason: unknown) => reason);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toContain('saved_model.load');
});

test('the file says which graphs it has, with tags and signatures [deserialize SavedModel pb file] [get input and output node names from SavedModel metagraphs]', async () => {
  const { metaGraphs } = await readSavedModel(await placeOf('numbers_in_and_out'));
  const [graph, ...others] = metaGraphs;
  expect([graph?.tags, others]).toEqual([['serve'], []]);
  const signature = graph?.signatures.get('serving_default');
  expect(signature?.methodName).toBe('tensorflow/serving/predict');
  expect(signature?.inputs.get('x')).toMatchObject({
    dtype: 'float32',
    shape: null,
    place: { kind: 'dense', tensor: 'serving_default_x:0' },
  });
  expect(signature?.outputs.get('output_0')).toMatchObject({
    dtype: 'float32',
    place: { kind: 'dense', tensor: expect.stringMatching(/^StatefulPartitionedCall/) },
  });
});

test('a place without a model is an error that names it [read non-exist file] [TestSaveModel.test_load_file_not_found]', async () => {
  const place = await placeOf('nothing');
  for (const loading of [saved_model.load(place), models.load_model(place)]) {
    const error: unknown = await loading.catch((reason: unknown) => reason);
    expect(isKmError(error, 'KM_NOT_FOUND')).toBe(true);
    expect(String(error)).toContain('nothing');
  }
  await expect(models.load_model('no/such/path')).rejects.toThrow(
    /Nothing to load at no.such.path/,
  );
});

test('loading with tags reads the description once [load TFSavedModel]', async () => {
  const { store, path } = await placeOf('numbers_in_and_out');
  const { store: counted, counts } = countingStore(store);
  const module = await saved_model.load({ store: counted, path }, ['serve']);
  expect(Object.keys(module.signatures)).toContain('serving_default');
  const reads = counts.reads.filter(({ name }) => name.endsWith('saved_model.pb'));
  expect(reads).toHaveLength(1);
});
