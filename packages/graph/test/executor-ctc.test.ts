import { beforeAll, expect, test } from '@jest/globals';
import { HostTensor, toTensor } from '@km/graph';
import type { AttrValue } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import { FLOAT, functionDef, INT32, INT64, node } from './graph-builder.ts';

beforeAll(() => useBackend('cpu'));

/** Logits of two sequences with four steps and three classes. */
const logits = (): tf.Tensor =>
  tf.reshape(tf.sin(tf.mul(tf.range(1, 25, 1, 'float32'), 1.3)), [4, 2, 3]);

const lengths = (...values: number[]): tf.Tensor => tf.tensor1d(values, 'int32');
const yes: AttrValue.$Properties = { b: true };
const no: AttrValue.$Properties = { b: false };

interface Losses {
  readonly name: string;
  readonly attrs: Readonly<Record<string, AttrValue.$Properties>>;
  /** What TensorFlow 2.15 gives: the losses, and the first row of the gradient. */
  readonly loss: readonly number[];
  readonly slope: readonly number[];
}

const LOSSES: readonly Losses[] = [
  {
    name: 'labels with blanks between equal ones',
    attrs: {},
    loss: [2.876134, 1.405693],
    slope: [0.54625, -0.551818, 0.005568, 0.002315, 0.283906, -0.28622],
  },
  {
    name: 'labels whose repetitions count',
    attrs: { ctc_merge_repeated: no },
    loss: [2.896296, 2.243828],
    slope: [0.54625, -0.48538, -0.060869, 0.076315, 0.283906, -0.36022],
  },
  {
    name: 'labels of which equal neighbours are one',
    attrs: { preprocess_collapse_repeated: yes },
    loss: [2.636443, 1.405693],
    slope: [0.54625, -0.384908, -0.161341, 0.002315, 0.283906, -0.28622],
  },
];

/** Runs CTCLoss for the labels 1, 1 of the first sequence and 0 of the second. */
function losses(attrs: Losses['attrs'], x: tf.Tensor, steps: tf.Tensor): tf.Tensor[] {
  const input = ['x', 'indices', 'labels', 'steps'];
  const definition = functionDef('main', {
    args: { x: FLOAT, indices: INT64, labels: INT32, steps: INT32 },
    nodes: [node('op', 'CTCLoss', input, { T: FLOAT, ...attrs })],
    returns: { loss: 'op:loss:0', slope: 'op:gradient:0' },
  });
  const indices = new HostTensor('int64', [3, 2], [0, 0, 0, 1, 1, 0]);
  const given = [x, indices, lengths(1, 1, 0), steps];
  return executorOf([definition]).function('main').run(given).map(toTensor);
}

function near(found: ArrayLike<number>, wanted: readonly number[]): void {
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

test.each(LOSSES)('CTCLoss of $name and its gradient are those of TensorFlow', (row) => {
  const [loss, slope] = losses(row.attrs, logits(), lengths(4, 3));
  near(loss?.dataSync() ?? [], row.loss);
  near(slope?.dataSync() ?? [], row.slope);
  // The second sequence ends before the last step.
  expect(Array.from(slope?.dataSync() ?? []).slice(-3)).toEqual([0, 0, 0]);
  const total = (x: tf.Tensor): tf.Scalar =>
    tf.sum(losses(row.attrs, x, lengths(4, 3))[0] ?? x) as tf.Scalar;
  near(tf.grad(total)(logits()).dataSync(), Array.from(slope?.dataSync() ?? []));
});

test('labels that no path leads to have an infinite loss, and more labels than steps are an error', () => {
  expect(losses({}, logits(), lengths(2, 3))[0]?.dataSync()[0]).toBe(Number.POSITIVE_INFINITY);
  const longer = { ignore_longer_outputs_than_inputs: yes };
  expect(losses(longer, logits(), lengths(1, 3))[0]?.dataSync()[0]).toBe(Infinity);
  expect(() => losses({}, logits(), lengths(1, 3))).toThrow(/2 labels in 1 steps/);
  expect(() => losses({}, logits(), lengths(5, 3))).toThrow(/4 steps have the lengths \[5, 3\]/);
});

/** Runs a decoder for the logits; gives all of its outputs. */
function decoded(op: string, paths: number, attrs: Losses['attrs']): number[][] {
  const parts = ['decoded_indices', 'decoded_values', 'decoded_shape'].flatMap((name) =>
    Array.from({ length: paths }, (_, i) => `op:${name}:${i}`),
  );
  const returns = [...parts, 'op:log_probability:0'].map((port, i): [string, string] => [
    `y${i}`,
    port,
  ]);
  const definition = functionDef('main', {
    args: { x: FLOAT, steps: INT32 },
    nodes: [node('op', op, ['x', 'steps'], { T: FLOAT, ...attrs })],
    returns: Object.fromEntries(returns),
    types: Object.fromEntries(parts.map((_, i) => [`y${i}`, INT64])),
  });
  const run = executorOf([definition])
    .function('main')
    .run([logits(), lengths(4, 3)]);
  return run.map((value) => Array.from(toTensor(value).dataSync()));
}

test('CTCGreedyDecoder gives the likeliest class of each step', () => {
  const [indices, labels, shape, score] = decoded('CTCGreedyDecoder', 1, { merge_repeated: yes });
  expect(indices).toEqual([0, 0, 1, 0, 1, 1]);
  expect(labels).toEqual([0, 1, 0]);
  expect(shape).toEqual([2, 2]);
  near(score ?? [], [-2.715524, -2.914111]);
});

test('CTCBeamSearchDecoder gives the likeliest sequences', () => {
  const found = decoded('CTCBeamSearchDecoder', 2, {
    merge_repeated: no,
    beam_width: { i: 4n },
    top_paths: { i: 2n },
  });
  expect(found.slice(0, 6)).toEqual([
    [0, 0, 0, 1, 1, 0, 1, 1],
    [0, 0, 1, 0],
    [0, 1, 1, 0],
    [0, 0],
    [2, 2],
    [2, 1],
  ]);
  near(found[6] ?? [], [-1.205016, -1.702227, -0.901946, -1.405693]);
});

test('a beam too narrow for the paths that are asked for is an error', () => {
  const attrs = { merge_repeated: no, beam_width: { i: 1n }, top_paths: { i: 2n } };
  expect(() => decoded('CTCBeamSearchDecoder', 2, attrs)).toThrow(/1 prefixes is to give 2/);
});
