import { expect } from '@jest/globals';
import { type ScanStep, scan, withScanHandler } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { expectGradientsMatchDifferences } from './gradients-numeric.ts';
import { sample, testOnBackends } from './ops-backends.ts';

const list = (x: tf.Tensor | null): number[] => Array.from(x?.dataSync() ?? []);
/** Adds the input to the state; the output is ten times the state. */
const summing: ScanStep = ([x], [state]) => {
  const next = tf.add(x ?? 0, state ?? 0);
  return [tf.mul(next, 10), [next]];
};
const sequence = (): tf.Tensor =>
  tf.tensor3d([
    [[1], [2], [3]],
    [[4], [5], [6]],
  ]);
const zero = (): tf.Tensor => tf.zeros([2, 1]);

testOnBackends('a scan hands the states from step to step', () => {
  const result = scan(summing, [sequence()], [zero()]);
  expect(list(result.outputs)).toEqual([10, 30, 60, 40, 90, 150]);
  expect(result.outputs?.shape).toEqual([2, 3, 1]);
  expect(list(result.lastOutput)).toEqual([60, 150]);
  expect(list(result.states[0] ?? null)).toEqual([6, 15]);
});

testOnBackends('going backwards starts at the last step', () => {
  const result = scan(summing, [sequence()], [zero()], { goBackwards: true });
  expect(list(result.outputs)).toEqual([30, 50, 60, 60, 110, 150]);
});

testOnBackends('time-major sequences keep their layout', () => {
  const timeMajor = tf.transpose(sequence(), [1, 0, 2]);
  const result = scan(summing, [timeMajor], [zero()], { timeMajor: true });
  expect(result.outputs?.shape).toEqual([3, 2, 1]);
  expect(list(result.outputs)).toEqual([10, 40, 30, 90, 60, 150]);
});

testOnBackends('a masked step repeats the output and keeps the states', () => {
  const mask = tf.tensor2d(
    [
      [0, 1, 0],
      [1, 0, 1],
    ],
    undefined,
    'bool',
  );
  const result = scan(summing, [sequence()], [zero()], { mask });
  expect(list(result.outputs)).toEqual([0, 20, 20, 40, 40, 100]);
  expect(list(result.states[0] ?? null)).toEqual([2, 10]);
});

testOnBackends('a masked step can give zeros', () => {
  const mask = tf.tensor2d(
    [
      [0, 1, 0],
      [1, 0, 1],
    ],
    undefined,
    'bool',
  );
  const result = scan(summing, [sequence()], [zero()], { mask, zeroOutputForMask: true });
  expect(list(result.outputs)).toEqual([0, 20, 0, 40, 0, 100]);
  expect(list(result.lastOutput)).toEqual([0, 100]);
});

testOnBackends('length, constants and several inputs reach the steps', () => {
  const step: ScanStep = ([a, b], states, [factor]) => [
    tf.mul(tf.add(a ?? 0, b ?? 0), factor ?? 1),
    states,
  ];
  const result = scan(step, [sequence(), sequence()], [], {
    constants: [tf.scalar(2)],
    length: 2,
    allOutputs: false,
  });
  expect(list(result.lastOutput)).toEqual([8, 20]);
  expect(result.outputs).toBeNull();
});

testOnBackends('gradients flow through inputs, states and masks', () => {
  const mask = tf.tensor2d(
    [
      [1, 0, 1, 1],
      [1, 1, 0, 0],
    ],
    undefined,
    'bool',
  );
  const run = (x: tf.Tensor, weights: tf.Tensor, initial: tf.Tensor): tf.Tensor => {
    const step: ScanStep = ([input], [state]) => {
      const next = tf.tanh(tf.matMul(tf.add(input ?? 0, state ?? 0), weights));
      return [next, [next]];
    };
    return scan(step, [x], [initial], { mask, goBackwards: true }).outputs ?? x;
  };
  expectGradientsMatchDifferences(run, [sample([2, 4, 3]), sample([3, 3]), sample([2, 3])]);
});

testOnBackends('a handler takes the place of the steps, and may run them itself', () => {
  const doubled = withScanHandler(
    ({ step, inputs, initialStates, options }) => {
      const inner = scan(step, inputs, initialStates, options);
      return { ...inner, lastOutput: tf.mul(inner.lastOutput, 2) };
    },
    () => scan(summing, [sequence()], [zero()]),
  );
  expect(list(doubled.lastOutput)).toEqual([120, 300]);
  expect(list(scan(summing, [sequence()], [zero()]).lastOutput)).toEqual([60, 150]);
});

testOnBackends('a sequence without steps is an error', () => {
  expect(() => scan(summing, [tf.zeros([2, 0, 1])], [zero()])).toThrow(RangeError);
});
