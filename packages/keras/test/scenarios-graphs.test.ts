import { GraphExecutor } from '@km/graph';
import { ready, saved_model, type Variable } from '@km/keras';
import { countingStore } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { copyOf, graphOf, loadPlain, numbers, placeOf } from './scenarios-support.ts';

beforeAll(() => ready('cpu'));

type Signature = saved_model.LoadedSignature;

async function signatureOf(name: string, key = 'serving_default'): Promise<Signature> {
  const found = (await loadPlain(name)).signatures[key];
  if (found === undefined) throw new Error(`no signature ${key}`);
  return found;
}

const int = (...values: number[]): tf.Tensor => tf.tensor1d(values, 'int32');

test.each([
  ['resource [LoadTest.test_resource_variable_import]', 'v1_resource'],
  ['reference [LoadTest.test_ref_variable_import]', 'v1_reference'],
])('a graph of TensorFlow 1 follows its variables of kind %s', async (_, name) => {
  const model = await loadPlain(name);
  const variables = model.variables as readonly Variable[];
  expect(variables.map(numbers).sort()).toEqual([[1], [3]]);
  const run = (): number[] => numbers(model.signatures.serving_default?.({ x: 2 }));
  expect(run()).toEqual([6]);
  variables.find((variable) => numbers(variable)[0] === 3)?.assign(tf.scalar(4));
  expect(run()).toEqual([8]);
});

test('of two graphs each is loaded by its tag, and none without [LoadTest.test_multi_meta_graph_loading]', async () => {
  const place = await placeOf('v1_two_graphs');
  await expect(saved_model.load(place)).rejects.toThrow(/first.*second/s);
  for (const [tag, value] of [
    ['first', 11],
    ['second', 22],
  ] as const) {
    const { signatures } = await saved_model.load(place, tag);
    expect(Object.keys(signatures)).toEqual([tag]);
    expect(numbers(signatures[tag]?.({ x: 1 }))).toEqual([value]);
  }
});

test('a vocabulary of a graph of TensorFlow 1 goes with it [LoadTest.test_asset_loading]', async () => {
  const store = await copyOf('v1_asset');
  const { signatures } = await saved_model.load({ store, path: 'v1_asset' });
  const made = signatures.serving_default?.({ words: tf.tensor1d(['alpha', 'gamma'], 'string') });
  expect(numbers(made?.ids)).toEqual([2, 0]);
});

test('loops of TensorFlow 1 run [LoadTest.test_while]', async () => {
  const run = await signatureOf('v1_loop');
  expect(numbers(run({ start: 0, end: 5 }))).toEqual([10]);
  expect(numbers(run({ start: 0, end: 6 }))).toEqual([15]);
});

test('a graph of TensorFlow 1 calls its functions [LoadTest.test_load_defun]', async () => {
  expect(numbers((await signatureOf('v1_library'))({ x: 42 }))).toEqual([45]);
});

test('a signature that misses a placeholder is refused by the name of it [LoadTest.test_unfed_placeholder_exception]', async () => {
  const loading = loadPlain('v1_unfed').then(({ signatures }) =>
    signatures.serving_default?.({ x: 1 }),
  );
  await expect(loading).rejects.toThrow(/\by\b.*(fed|placeholder|feed)/i);
});

test('numbers in, three times as much out [execute model float times three]', async () => {
  const run = await signatureOf('numbers_in_and_out');
  const made = run(tf.tensor1d([1, 2, 3])).output_0;
  expect([made?.dtype, made?.shape, numbers(made)]).toEqual(['float32', [3], [3, 6, 9]]);
});

test('tensors go in and come out by name, or one by position [execute model with tensor map as input] [execute model with tensor array as input]', async () => {
  const run = await signatureOf('numbers_in_and_out');
  const [byName, byPosition] = [run({ x: [1, 2, 3] }), run(tf.tensor1d([1, 2, 3]))];
  expect([Object.keys(byName), Object.keys(byPosition)]).toEqual([['output_0'], ['output_0']]);
  expect([numbers(byName), numbers(byPosition)]).toEqual([
    [3, 6, 9],
    [3, 6, 9],
  ]);
});

test('integers of 32 bits go in where the graph has such of 64 [execute model with int64 input]', async () => {
  const run = await signatureOf('numbers_in_and_out', 'int64_times_six');
  expect(run.inputs[0]?.dtype).toBe('int64');
  expect(numbers(run({ x: int(3, 4) }))).toEqual([18, 24]);
});

test('integers stay integers [execute model int times two]', async () => {
  const made = (await signatureOf('numbers_in_and_out', 'int_times_two'))(int(1, 2, 3)).output_0;
  expect([made?.dtype, numbers(made)]).toEqual(['int32', [2, 4, 6]]);
});

test('a signature gives several outputs in the order of their names [execute model with single input and multiple outputs]', async () => {
  const made = (await signatureOf('numbers_in_and_out', 'two_outputs'))(int(1, 2, 3));
  expect(Object.keys(made)).toEqual(['output_0', 'output_1']);
  expect(numbers(made)).toEqual([2, 4, 6, 1, 2, 3]);
});

test('a signature takes and gives several tensors [execute model with multiple inputs and multiple outputs]', async () => {
  const made = (await signatureOf('numbers_in_and_out', 'two_and_two'))({ x: int(1), y: int(5) });
  expect([numbers(made.output_0), numbers(made.output_1)]).toEqual([[2], [5]]);
});

test('inputs and outputs are listed with dtypes and shapes [return inputs and outputs]', async () => {
  const { inputs, outputs } = await signatureOf('numbers_in_and_out', 'scalars');
  const listed = (...names: string[]) =>
    names.map((name) => ({ name, dtype: 'int32', shape: [] as number[] }));
  expect([inputs, outputs]).toEqual([listed('x', 'y'), listed('output_0', 'output_1')]);
});

test('what does not fit the inputs is refused with both [throw error when input tensors do not match input ops] [execute model with wrong tensor name]', async () => {
  const run = await signatureOf('numbers_in_and_out');
  const two = (): unknown => run({ x: [1], y: [2] });
  expect(two).toThrow('takes x. It has no input y');
  expect(() => run({ xyz: [1] })).toThrow('takes x. It misses x. It has no input xyz');
});

test('a signature of one input follows its variable, and the map of signatures is closed [LoadTest.test_signature_loading]', async () => {
  const { signatures, ...members } = await loadPlain('docstring');
  const run = signatures.serving_default as Signature;
  expect(numbers([run({ x: [4] }), run(tf.tensor1d([4]))])).toEqual([12, 12]);
  (members.v as Variable).assign(tf.scalar(4));
  expect(numbers(run({ x: [4] }))).toEqual([16]);
  expect(() => Object.assign(signatures, { other: run })).toThrow(TypeError);
});

test('a function that was saved by a signature only is called by it, and as itself [LoadTest.test_explicit_save_signature]', async () => {
  const module = await loadPlain('untraced');
  expect(numbers(module.signatures.serving_default?.({ x: 3 }).out)).toEqual([6]);
  const run = module.f as saved_model.RestoredFunction;
  expect(numbers(run(tf.scalar(3)))).toEqual([6]);
});

test('a signature of two inputs takes them by name only [LoadTest.test_multiple_argument_signatures_no_positional]', async () => {
  const run = await signatureOf('two_inputs');
  expect(() => run(tf.scalar(1))).toThrow('takes its 2 inputs by name');
  expect(numbers(run({ x: 2, y: 3 }).sum)).toEqual([8]);
});

test('reading the signatures of a model does not read its variables twice', async () => {
  const { store, path } = await placeOf('docstring');
  const { store: counted, counts } = countingStore(store);
  await saved_model.load({ store: counted, path });
  const places = counts.reads.map(({ name, start, end }) => `${name} ${start} ${end}`);
  expect(new Set(places).size).toBe(places.length);
});

test('a graph is cut between tensors of any names [LoadTest.test_custom_pruning]', async () => {
  const { graph } = await graphOf(await placeOf('v1_loop'));
  const executor = new GraphExecutor(graph.functions);
  const cut = executor.graph(graph.nodes, {
    feeds: [
      { name: 'start:0', dtype: 'float32' },
      { name: 'end:0', dtype: 'float32' },
    ],
    fetches: ['while/Exit:0', 'while/Exit_1:0'],
    name: 'a part of the graph',
  });
  expect(numbers(cut.run([tf.scalar(0), tf.scalar(4)]))).toEqual([4, 6]);
});
