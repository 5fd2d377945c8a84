import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  Input,
  type KerasTensor,
  layers,
  ready,
  Sequential,
  utils,
} from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

const SEQUENCES = [[1, 2, 3], [4], [], [5, 6, 7, 8]];
const SHUFFLED = [6, 7, 2, 4, 0, 3, 1, 5];

test('pad_sequences fills up and cuts on either side', () => {
  const rows = (options: object): unknown => utils.pad_sequences(SEQUENCES, options).arraySync();
  expect(rows({})).toEqual([
    [0, 1, 2, 3],
    [0, 0, 0, 4],
    [0, 0, 0, 0],
    [5, 6, 7, 8],
  ]);
  expect(rows({ maxlen: 2, padding: 'post', truncating: 'post', value: 9 })).toEqual([
    [1, 2],
    [4, 9],
    [9, 9],
    [5, 6],
  ]);
  expect(rows({ maxlen: 2, dtype: 'float32', value: 0.5 })).toEqual([
    [2, 3],
    [0.5, 4],
    [0.5, 0.5],
    [7, 8],
  ]);
  const words = utils.pad_sequences([['a', 'b'], ['c']], { dtype: 'string', value: '-' });
  expect(words.arraySync()).toEqual([
    ['a', 'b'],
    ['-', 'c'],
  ]);
  const pairs = [[[1, 2]], [[3, 4], [5, 6]]]; // biome-ignore format: pairs in rows
  expect(utils.pad_sequences(pairs).shape).toEqual([2, 2, 2]);
});

test('pad_sequences refuses items of several shapes, and sides and fillers that it does not know', () => {
  expect(() => utils.pad_sequences([[[1, 2]], [[1, 2, 3]]])).toThrow('one shape');
  expect(() => utils.pad_sequences(SEQUENCES, { padding: 'left' as never })).toThrow("'pre' or");
  expect(() => utils.pad_sequences(SEQUENCES, { value: 'x' })).toThrow('cannot be filled');
});

test('normalize divides by a norm of any order, and leaves zeros', async () => {
  const x = [[3, -4], [0, 0]]; // biome-ignore format: rows
  const norms = async (axis: number, order: number): Promise<number[]> =>
    Array.from((await utils.normalize(x, axis, order)).dataSync());
  assertClose(await norms(-1, 2), [0.6, -0.8, 0, 0], { rtol: 1e-6 });
  assertClose(await norms(0, 1), [1, -1, 0, 0], { rtol: 1e-6 });
  assertClose(await norms(1, Number.POSITIVE_INFINITY), [0.75, -1, 0, 0], { rtol: 1e-6 });
  assertClose(await norms(1, Number.NEGATIVE_INFINITY), [1, -4 / 3, 0, 0], { rtol: 1e-6 });
  assertClose(await norms(1, 0), [1.5, -2, 0, 0], { rtol: 1e-6 });
});

test('to_ordinal begins rows with as many ones as the number says', async () => {
  expect((await utils.to_ordinal([0, 2], 4)).arraySync()).toEqual([
    [0, 0, 0],
    [1, 1, 0],
  ]);
  expect((await utils.to_ordinal([[1], [0]])).shape).toEqual([2, 1]);
});

test('windows of a series are cut with strides, rates and bounds, and go into fit', async () => {
  const series = Array.from({ length: 10 }, (_, k) => k);
  const targets = series.map((value) => value + 100);
  const read = async (options: object): Promise<unknown[]> => {
    const batches = await utils.timeseries_dataset_from_array(series, targets, 3, options);
    return [...batches].map((parts) => (parts as tf.Tensor[]).map((part) => part.arraySync()));
  };
  const few = { sequence_stride: 2, sampling_rate: 2, start_index: 1, end_index: 9, batch_size: 1 };
  expect(await read(few)).toEqual([
    [[[1, 3, 5]], [101]],
    [[[3, 5, 7]], [103]],
  ]);
  expect((await read({ batch_size: null })).at(0)).toEqual([[0, 1, 2], 100]);
  const windows = await utils.timeseries_dataset_from_array(series, targets, 3, { batch_size: 4 });
  const model = new Sequential({ layers: [new layers.Dense({ units: 1, input_shape: [3] })] });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const { epoch } = await model.fit(windows, null, { epochs: 2, verbose: 0 });
  expect(epoch).toEqual([0, 1]);
  await model.evaluate(windows, null, { verbose: 0 });
  const before = tf.memory().numTensors;
  await model.fit(windows, null, { epochs: 2, verbose: 0 });
  await model.evaluate(windows, null, { verbose: 0 });
  expect(tf.memory().numTensors).toBe(before);
  const shuffled = { shuffle: true, seed: 3, batch_size: 8 };
  const [once, again] = [await read(shuffled), await read(shuffled)] as [number[][][], unknown];
  expect(once).toEqual(again);
  expect([...(once[0]?.[1] ?? [])].sort()).toEqual(targets.slice(0, 8));
  expect(once[0]?.[1]).not.toEqual(targets.slice(0, 8));
  await expect(read({ sequence_stride: 0 })).rejects.toThrow('sequence_stride');
  await expect(read({ start_index: 5, end_index: 5 })).rejects.toThrow('start_index');
});

test('split_dataset splits as the sizes say, shuffled as Python shuffles', async () => {
  const x = tf.range(0, 8, 1, 'int32');
  const parts = async (options: object): Promise<unknown[]> =>
    (await utils.split_dataset(x, options)).map((part) => (part as tf.Tensor).arraySync());
  expect(await parts({ left_size: 0.75 })).toEqual([
    [0, 1, 2, 3, 4, 5],
    [6, 7],
  ]);
  expect(await parts({ right_size: 3 })).toEqual([
    [0, 1, 2, 3, 4],
    [5, 6, 7],
  ]);
  // What `random.seed(7); random.shuffle(list(range(8)))` gives in CPython 3.11.
  expect((await parts({ left_size: 0.5, shuffle: true, seed: 7 })).flat()).toEqual(SHUFFLED);
  const [left] = await utils.split_dataset({ a: x, b: [x] }, { left_size: 2 });
  expect((left as { b: tf.Tensor[] }).b[0]?.shape).toEqual([2]);
  await expect(parts({})).rejects.toThrow('needs left_size');
  await expect(parts({ left_size: 8 })).rejects.toThrow('below 8');
  await expect(parts({ left_size: 6, right_size: 6 })).rejects.toThrow('cannot be split');
});

test('inputs, labels and weights are packed and unpacked as steps get them', () => {
  expect(utils.pack_x_y_sample_weight(1)).toBe(1);
  expect(utils.pack_x_y_sample_weight([1])).toEqual([[1]]);
  expect(utils.pack_x_y_sample_weight(1, 2, 3)).toEqual([1, 2, 3]);
  expect(utils.unpack_x_y_sample_weight([1, 2])).toEqual([1, 2, null]);
  expect(utils.unpack_x_y_sample_weight(1)).toEqual([1, null, null]);
  expect(() => utils.unpack_x_y_sample_weight([1, 2, 3, 4])).toThrow('list of 4');
});

test('a new vocabulary keeps the rows of the words that it shares', () => {
  const base = tf.tensor2d([[1, 2], [3, 4]]); // biome-ignore format: rows
  const table = utils.warmstart_embedding_matrix(['a', 'b'], ['b', 'c', 'a'], base, 'zeros');
  expect(table.arraySync()).toEqual([
    [3, 4],
    [0, 0],
    [1, 2],
  ]);
  expect(() => utils.warmstart_embedding_matrix([], [], tf.tensor1d([1]))).toThrow('matrix');
});

test('the inputs of a symbolic tensor are found through layers', () => {
  const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
  const sum = new layers.Add().apply([a, b]) as KerasTensor;
  const twice = new layers.Concatenate().apply([sum, a]) as KerasTensor;
  expect(utils.get_source_inputs(twice)).toEqual([a, b]);
  expect(utils.get_source_inputs(b)).toEqual([b]);
});

test('the format of images is that of the layers made from then on', () => {
  backend.set_image_data_format('channels_first');
  const first = new layers.Conv2D({ filters: 1, kernel_size: 1 });
  backend.set_image_data_format('channels_last');
  expect(first.get_config().data_format).toBe('channels_first');
  expect(new layers.Conv2D({ filters: 1, kernel_size: 1 }).get_config().data_format).toBe(
    'channels_last',
  );
  expect(() => backend.set_image_data_format('first' as never)).toThrow("not 'first'");
});

test('values, shapes and numbers are read and set through the backend', () => {
  const variable = backend.variable([[1, 2]]);
  backend.batch_set_value([[variable, [[3, 4]]]]);
  expect(backend.batch_get_value([variable, tf.scalar(5)])).toEqual([[[3, 4]], 5]);
  expect(backend.int_shape(variable)).toEqual([1, 2]);
  expect(backend.count_params(variable)).toBe(2);
  backend.clear_session();
  expect([backend.get_uid('a'), backend.get_uid('a'), backend.get_uid('b')]).toEqual([1, 2, 1]);
  backend.set_learning_phase(1);
  expect(backend.learning_phase()).toBe(1);
  backend.clear_session();
  expect(backend.learning_phase()).toBe(0);
  expect(backend.epsilon()).toBe(1e-7);
});
