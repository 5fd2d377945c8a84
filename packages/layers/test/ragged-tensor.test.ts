import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { RaggedTensor, ready } from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

const values = (): tf.Tensor => tf.tensor1d([1, 2, 3, 4]);
const rows = [[1, 2, 3], [], [4]];

test('rows are cut by splits, lengths, starts, limits and row numbers', () => {
  const made = [
    RaggedTensor.from_row_splits(values(), [0, 3, 3, 4]),
    RaggedTensor.from_row_lengths(values(), [3, 0, 1]),
    RaggedTensor.from_row_starts(values(), [0, 3, 3]),
    RaggedTensor.from_row_limits(values(), [3, 3, 4]),
    RaggedTensor.from_value_rowids(values(), [0, 0, 0, 2]),
  ];
  for (const ragged of made) expect(ragged.to_list()).toEqual(rows);
  expect(made[0]?.shape).toEqual([3, null]);
  expect(made[0]?.bounding_shape()).toEqual([3, 3]);
  expect(Array.from(made[0]?.value_rowids() ?? [])).toEqual([0, 0, 0, 2]);
});

test('what does not form rows is refused', () => {
  expect(() => RaggedTensor.from_row_splits(values(), [0, 3])).toThrow(/there are 4/);
  expect(() => RaggedTensor.from_row_splits(values(), [0, 3, 2, 4])).toThrow(/must not fall/);
  expect(() => RaggedTensor.from_row_splits(values(), [1, 4])).toThrow(/start at 0/);
  expect(() => RaggedTensor.from_value_rowids(values(), [0, 0, 1, 2], 2)).toThrow(/no row 2/);
});

test('rows are padded, cut to a shape, and taken back from what was padded', () => {
  const ragged = RaggedTensor.from_row_splits(values(), [0, 3, 3, 4]);
  const padded = ragged.to_tensor({ default_value: -1 });
  expect(padded.arraySync()).toEqual([
    [1, 2, 3],
    [-1, -1, -1],
    [4, -1, -1],
  ]);
  expect(ragged.to_tensor({ shape: [null, 2] }).arraySync()).toEqual([
    [1, 2],
    [0, 0],
    [4, 0],
  ]);
  expect(RaggedTensor.from_tensor(padded, { padding: -1 }).to_list()).toEqual(rows);
  expect(RaggedTensor.from_tensor(padded, { lengths: [3, 0, 1] }).to_list()).toEqual(rows);
});

test('rows of rows are padded at every depth and sliced', () => {
  const ragged = RaggedTensor.from_nested_row_splits(values(), [
    [0, 2, 3],
    [0, 3, 3, 4],
  ]);
  expect(ragged.to_list()).toEqual([[[1, 2, 3], []], [[4]]]);
  expect(ragged.to_tensor().arraySync()).toEqual([
    [
      [1, 2, 3],
      [0, 0, 0],
    ],
    [
      [4, 0, 0],
      [0, 0, 0],
    ],
  ]);
  expect(ragged.slice_rows(1, 2).to_list()).toEqual([[[4]]]);
});

test('gradients reach the values through the padding', () => {
  const grad = tf.grad((x) =>
    tf.sum(tf.square(RaggedTensor.from_row_splits(x, [0, 3, 3, 4]).to_tensor())),
  );
  expect(grad(values()).arraySync()).toEqual([2, 4, 6, 8]);
});

// What tf.RaggedTensor of TensorFlow 2.15.1 gives for the same calls.
test('padding and cutting at several depths give what TensorFlow gives', () => {
  const ragged = RaggedTensor.from_row_splits(values(), [0, 3, 3, 4]);
  expect(ragged.to_tensor({ shape: [4, 2] }).arraySync()).toEqual([
    [1, 2],
    [0, 0],
    [4, 0],
    [0, 0],
  ]);
  const levels = [
    [0, 2, 3],
    [0, 3, 3, 4],
  ];
  const nested = RaggedTensor.from_nested_row_splits(values(), levels);
  expect(nested.shape).toEqual([2, null, null]);
  expect(nested.bounding_shape()).toEqual([2, 2, 3]);
  expect(nested.to_tensor({ shape: [null, 1, 2] }).arraySync()).toEqual([[[1, 2]], [[4, 0]]]);
  const x = tf.tensor3d([1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], [2, 3, 2]);
  const whole = [
    [
      [1, 1],
      [2, 0],
    ],
    [],
  ];
  expect(RaggedTensor.from_tensor(x, { padding: 0 }).to_list()).toEqual(whole);
  expect(RaggedTensor.from_tensor(x, { lengths: [2, 0] }).to_list()).toEqual(whole);
  const deep = RaggedTensor.from_tensor(x, { padding: 0, ragged_rank: 2 });
  expect(deep.to_list()).toEqual([
    [[1, 1], [2], []],
    [[], [], []],
  ]);
});
