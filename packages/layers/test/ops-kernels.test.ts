import { expect } from '@jest/globals';
import {
  convolution,
  depthwiseConvolution,
  matMul,
  registerKernels,
  withMetaBackend,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { numbers, sample, testOnBackends } from './ops-backends.ts';

const list = (x: tf.Tensor): number[] => Array.from(x.dataSync());

testOnBackends('parts of a tensor keep dtype and order', () => {
  const x = tf.tensor3d(
    Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
    'int32',
  );
  expect(list(tf.slice(x, [0, 1, 2], [2, 1, 2]))).toEqual([6, 7, 18, 19]);
  expect(tf.unstack(x, 1).map(list)[1]).toEqual([4, 5, 6, 7, 16, 17, 18, 19]);
  expect(tf.split(x, [1, -1], 2).map(list)[0]).toEqual([0, 4, 8, 12, 16, 20]);
  expect(tf.stridedSlice(x, [0, 2, 3], [2, -4, -5], [1, -2, -2]).dtype).toBe('int32');
  expect(list(tf.stridedSlice(x, [0, 2, 3], [2, -4, -5], [1, -2, -2]))).toEqual([
    11, 9, 3, 1, 23, 21, 15, 13,
  ]);
});

testOnBackends('a list of one part is a list', () => {
  expect(tf.unstack(tf.ones([1, 2]))).toHaveLength(1);
  expect(tf.split(tf.ones([3, 2]), 1)).toHaveLength(1);
  expect(withMetaBackend(() => tf.unstack(tf.ones([1, 2])).length)).toBe(1);
});

testOnBackends('long rows and short rows are copied alike', () => {
  const x = tf.tensor2d(numbers(6000), [60, 100]);
  const back = tf.concat([tf.slice(x, [0, 0], [60, 3]), tf.slice(x, [0, 3], [60, 97])], 1);
  expect(list(back)).toEqual(list(x));
});

testOnBackends('tiles repeat along every axis', () => {
  const x = tf.tensor2d(
    [
      [1, 2],
      [3, 4],
    ],
    [2, 2],
    'int32',
  );
  const tiled = tf.tile(x, [2, 3]);
  expect(tiled.dtype).toBe('int32');
  expect(list(tiled)).toEqual([
    1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4,
  ]);
  expect(list(tf.tile(tf.tensor1d([7]), [5]))).toEqual([7, 7, 7, 7, 7]);
  expect(tf.tile(x, [0, 1]).shape).toEqual([0, 2]);
});

testOnBackends('strings can still be cut', () => {
  const words = tf.tensor1d(['a', 'b', 'c'], 'string');
  expect(tf.slice(words, 1, 2).dataSync()).toEqual(['b', 'c']);
});

testOnBackends('scattering leaves its inputs alone', () => {
  const x = tf.zeros([3, 2]);
  tf.tensorScatterUpdate(x, tf.tensor2d([[1]], undefined, 'int32'), tf.ones([1, 2]));
  expect(list(x)).toEqual([0, 0, 0, 0, 0, 0]);
  const indices = tf.tensor2d([[1], [1]], undefined, 'int32');
  expect(list(tf.scatterND(indices, tf.tensor1d([2, 3]), [3]))).toEqual([0, 5, 0]);
  expect(() => tf.scatterND(tf.tensor2d([[5]], undefined, 'int32'), tf.ones([1]), [3])).toThrow(
    RangeError,
  );
});

/** Multiplies matrices in double precision, without any tfjs kernel. */
function reference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  k: number,
  n: number,
): number[] {
  return Array.from({ length: m * n }, (_, i) => {
    const row = Math.floor(i / n);
    let sum = 0;
    for (let p = 0; p < k; p++) sum += (a[row * k + p] ?? 0) * (b[p * n + (i % n)] ?? 0);
    return sum;
  });
}

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  const worst = Math.max(
    ...expected.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN))),
  );
  expect(worst).toBeLessThan(1e-4);
}

testOnBackends('a right operand may come back under another shape', () => {
  const flat = numbers(12);
  const b = tf.tensor1d(flat);
  const a = numbers(12);
  for (const [m, k, n] of [
    [12, 1, 12],
    [4, 3, 4],
    [3, 4, 3],
    [2, 6, 2],
  ] as const) {
    const left = tf.tensor2d(a.slice(0, m * k), [m, k]);
    expectClose(tf.matMul(left, tf.reshape(b, [k, n])), reference(a, flat, m, k, n));
  }
});

testOnBackends('large batches are multiplied matrix by matrix', () => {
  const [batch, m, k, n] = [3, 40, 50, 60];
  const a = sample([batch, m, k]);
  const b = sample([batch, k, n]);
  const expected = Array.from({ length: batch }, (_, i) =>
    reference(a.dataSync().slice(i * m * k), b.dataSync().slice(i * k * n), m, k, n),
  ).flat();
  expectClose(tf.matMul(a, b), expected);
  const bT = tf.transpose(b, [0, 2, 1]);
  const aT = tf.transpose(a, [0, 2, 1]);
  expectClose(tf.matMul(a, bT, false, true), expected);
  expectClose(tf.matMul(aT, b, true, false), expected);
  expectClose(tf.matMul(aT, bT, true, true), expected);
});

testOnBackends('batches broadcast against each other', () => {
  const a = sample([2, 1, 2, 3]);
  const b = sample([3, 3, 2]);
  const product = matMul(a, b);
  expect(product.shape).toEqual([2, 3, 2, 2]);
  const expected = [0, 1].flatMap((i) =>
    [0, 1, 2].flatMap((j) =>
      reference(a.dataSync().slice(i * 6), b.dataSync().slice(j * 6), 2, 3, 2),
    ),
  );
  expectClose(product, expected);
});

testOnBackends('integers can be multiplied', () => {
  const product = tf.matMul(
    tf.tensor2d([[1, 2]], [1, 2], 'int32'),
    tf.tensor2d([[3], [4]], [2, 1], 'int32'),
  );
  expect(product.dtype).toBe('int32');
  expect(list(product)).toEqual([11]);
});

testOnBackends('a product over no elements is zero', () => {
  expect(list(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])))).toEqual([0, 0, 0, 0]);
});

testOnBackends('the volume pooling keeps negative maxima', () => {
  const pooled = tf.maxPool3d(tf.fill([1, 2, 2, 2, 1], -3) as tf.Tensor5D, 2, 2, 'same');
  expect(list(pooled)).toEqual([-3]);
});

testOnBackends('reductions of nothing return what TensorFlow returns', () => {
  const nothing = tf.zeros([0, 2]);
  expect(list(tf.sum(nothing, 0))).toEqual([0, 0]);
  expect(list(tf.mean(nothing, 0))).toEqual([Number.NaN, Number.NaN]);
  expect(list(tf.max(nothing, 0))).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(list(tf.min(nothing))).toEqual([Number.POSITIVE_INFINITY]);
  expect(list(tf.prod(nothing, 0, true))).toEqual([1, 1]);
  expect(list(tf.all(tf.zeros([0], 'bool')))).toEqual([1]);
  expect(list(tf.any(tf.zeros([0], 'bool')))).toEqual([0]);
});

testOnBackends('a pooling with an empty output leaves the backend alive', () => {
  expect(tf.maxPool(tf.ones([1, 2, 2, 1]) as tf.Tensor4D, 3, 1, 'valid').shape).toEqual([
    1, 0, 0, 1,
  ]);
  expect(list(tf.add(tf.ones([2]), 1))).toEqual([2, 2]);
});

testOnBackends('casts equal those of TensorFlow', () => {
  const x = tf.tensor1d([0.5, -0.5, 0, Number.NaN, 1e20, -2.7]);
  expect(list(tf.cast(x, 'bool'))).toEqual([1, 1, 0, 1, 1, 1]);
  expect(list(tf.cast(x, 'int32'))).toEqual([0, 0, 0, -(2 ** 31), -(2 ** 31), -2]);
  expect(list(tf.cast(tf.tensor1d([1, 0], 'bool'), 'float32'))).toEqual([1, 0]);
});

testOnBackends('a NaN survives clipping and the sign', () => {
  const x = tf.tensor1d([Number.NaN, -1, 7]);
  expect(list(tf.clipByValue(x, 0, 1))).toEqual([Number.NaN, 0, 1]);
  expect(list(tf.relu6(x))).toEqual([Number.NaN, 0, 6]);
  expect(list(tf.sign(x))).toEqual([Number.NaN, -1, 1]);
});

testOnBackends('a choice keeps the dtype and ignores what is not chosen', () => {
  const condition = tf.tensor1d([1, 0], 'bool');
  const chosen = tf.where(condition, tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
  expect(chosen.dtype).toBe('int32');
  expect(list(chosen)).toEqual([1, 4]);
  const safe = tf.grad((x) => tf.sum(tf.where(tf.greater(x, 0), tf.log(x), 0)));
  expect(list(safe(tf.tensor1d([2, 1])))).toEqual([0.5, 1]);
});

testOnBackends('registering again replaces what a backend brought back, and only that', () => {
  const backend = tf.getBackend();
  const ours = tf.getKernel(tf.Slice, backend);
  registerKernels();
  expect(tf.getKernel(tf.Slice, backend)).toBe(ours);
  const brought = { kernelName: tf.Slice, backendName: backend, kernelFunc: ours.kernelFunc };
  tf.unregisterKernel(tf.Slice, backend);
  tf.registerKernel(brought);
  registerKernels();
  expect(tf.getKernel(tf.Slice, backend)).not.toBe(brought);
  expect(list(tf.slice(tf.tensor1d([1, 2, 3]), 1, 1))).toEqual([2]);
});

testOnBackends('a stride that jumps over elements pads nothing', () => {
  const x = tf.ones([1, 16, 16, 1]);
  const kernel = tf.ones([3, 3, 1, 1]);
  const options = { strides: 8, padding: 'same' } as const;
  expect(list(convolution(x, kernel, options))).toEqual([9, 9, 9, 9]);
  expect(list(depthwiseConvolution(x, kernel, options))).toEqual([9, 9, 9, 9]);
});
