import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  inferShapes,
  isMetaBackend,
  META,
  registerMetaBackend,
  withMetaBackend,
} from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerMetaBackend();
});

type Case = readonly [
  name: string,
  shapes: readonly number[][],
  run: (...xs: tf.Tensor[]) => unknown,
];

const ints = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
const image = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const volume = (x: tf.Tensor): tf.Tensor5D => x as tf.Tensor5D;

const cases: readonly Case[] = [
  [
    'sums of broadcast tensors',
    [
      [2, 1, 3],
      [4, 1],
    ],
    (a, b) => [tf.add(a, b), tf.less(a, b), tf.pow(a, b)],
  ],
  ['unary functions', [[2, 3]], (x) => [tf.exp(x), tf.relu(x), tf.isNaN(x), tf.elu(x), tf.step(x)]],
  [
    'unary functions of integers',
    [],
    () => [tf.abs(ints([1])), tf.neg(ints([2])), tf.square(ints([3]))],
  ],
  ['casts', [[2]], (x) => [tf.cast(x, 'int32'), tf.cast(x, 'bool')]],
  [
    'reductions',
    [[2, 3, 4]],
    (x) => [
      tf.sum(x),
      tf.sum(x, 1),
      tf.mean(x, [0, -1], true),
      tf.max(x, 2),
      tf.min(x),
      tf.prod(x, 0),
    ],
  ],
  [
    'reductions of integers',
    [],
    () => [
      tf.sum(ints([1])),
      tf.mean(ints([1])),
      tf.max(ints([1])),
      tf.sum(tf.tensor1d([1], 'bool')),
    ],
  ],
  [
    'logical reductions',
    [],
    () => [
      tf.all(tf.tensor1d([1], 'bool')),
      tf.any(tf.tensor2d([[1]], undefined, 'bool'), 0, true),
    ],
  ],
  ['arg reductions', [[2, 3]], (x) => [tf.argMax(x, -1), tf.argMin(x, 0)]],
  ['cumulations', [[2, 3]], (x) => [tf.cumsum(x, 1), tf.cumprod(x, 0)]],
  [
    'reshapes',
    [[2, 3, 1]],
    (x) => [
      tf.reshape(x, [-1, 2]),
      tf.expandDims(x, -1),
      tf.expandDims(x, 1),
      tf.squeeze(x),
      tf.transpose(x, [2, 0, 1]),
    ],
  ],
  [
    'copies',
    [[2, 3]],
    (x) => [tf.tile(x, [2, 3]), tf.reverse(x), tf.clone(x), tf.broadcastTo(x, [4, 2, 3])],
  ],
  [
    'joins',
    [
      [2, 3],
      [2, 1],
    ],
    (a, b) => [tf.concat([a, b], -1), tf.stack([a, a], -1), tf.stack([a, a, a])],
  ],
  [
    'splits',
    [[2, 6]],
    (x) => [...tf.split(x, 3, 1), ...tf.split(x, [1, -1], 1), ...tf.unstack(x, -1)],
  ],
  [
    'slices',
    [[4, 5]],
    (x) => [
      tf.slice(x, [1, 2], [-1, 2]),
      tf.slice(x, 1),
      tf.stridedSlice(x, [-1, 0], [0, 5], [-2, 2]),
      tf.stridedSlice(x, [1, 0], [2, 5], [1, 1], 0, 0, 0, 0, 1),
    ],
  ],
  [
    'pads',
    [[2, 3]],
    (x) => [
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
        ],
        'reflect',
      ),
    ],
  ],
  [
    'space and batch',
    [[4, 4, 4, 4]],
    (x) => [
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [1, 1],
        ],
      ),
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
      tf.depthToSpace(image(x), 2),
    ],
  ],
  [
    'creations',
    [[2]],
    (x) => [
      tf.fill([2, 3], 1),
      tf.range(0, 5, 2),
      tf.range(5, 0),
      tf.range(3, 3),
      tf.linspace(0, 1, 4),
      tf.zerosLike(x),
      tf.onesLike(x),
      tf.zeros([2], 'int32'),
      tf.eye(3),
    ],
  ],
  ['one hot', [], () => [tf.oneHot(ints([1, 2]), 3)]],
  [
    'products',
    [
      [2, 3],
      [3, 4],
    ],
    (a, b) => [tf.matMul(a, b), tf.matMul(a, a, true), tf.matMul(a, a, false, true), tf.dot(a, b)],
  ],
  [
    'batched products',
    [
      [2, 1, 3, 4],
      [2, 1, 4, 5],
    ],
    (a, b) => [tf.matMul(a, b)],
  ],
  [
    'fused products',
    [[2, 3], [3, 4], [4]],
    (a, b, bias) => [tf.fused.matMul({ a, b, bias, activation: 'relu' })],
  ],
  [
    'einsum',
    [
      [2, 3, 4],
      [4, 5],
    ],
    (a, b) => [tf.einsum('abc,cd->abd', a, b), tf.einsum('abc->ca', a)],
  ],
  [
    'convolutions',
    [
      [2, 7, 6, 3],
      [3, 2, 3, 4],
    ],
    (x, f) => [
      tf.conv2d(image(x), image(f), 2, 'same'),
      tf.conv2d(image(x), image(f), 1, 'valid', 'NHWC', [2, 1]),
      tf.conv2d(image(x), image(f), 1, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
    ],
  ],
  [
    'depthwise convolutions',
    [
      [2, 7, 6, 3],
      [3, 2, 3, 2],
    ],
    (x, f) => [tf.depthwiseConv2d(image(x), image(f), [2, 2], 'same')],
  ],
  [
    'transposed convolutions',
    [
      [2, 3, 4, 3],
      [3, 2, 5, 3],
    ],
    (x, f) => [tf.conv2dTranspose(image(x), image(f), [2, 6, 8, 5], 2, 'same')],
  ],
  [
    'convolutions of volumes',
    [
      [1, 4, 5, 6, 2],
      [2, 2, 2, 2, 3],
    ],
    (x, f) => [tf.conv3d(volume(x), volume(f), [1, 2, 1], 'same')],
  ],
  [
    'poolings',
    [[2, 5, 6, 3]],
    (x) => [
      tf.maxPool(image(x), 2, 2, 'same'),
      tf.avgPool(image(x), [3, 2], 1, 'valid'),
      tf.maxPoolWithArgmax(image(x), 2, 2, 'valid').indexes,
    ],
  ],
  [
    'poolings of volumes',
    [[1, 4, 5, 6, 2]],
    (x) => [tf.maxPool3d(volume(x), 2, 2, 'same'), tf.avgPool3d(volume(x), 2, 1, 'valid')],
  ],
  [
    'normalizations',
    [[2, 3, 4, 5], [5]],
    (x, v) => [
      tf.batchNorm(x, v as tf.Tensor1D, v as tf.Tensor1D),
      tf.localResponseNormalization(image(x)),
      tf.softmax(x),
      tf.logSoftmax(x),
    ],
  ],
  [
    'gathers',
    [[4, 5, 6]],
    (x) => [
      tf.gather(x, tf.tensor2d([[0, 1, 1]], undefined, 'int32'), 1),
      tf.gather(x, tf.zeros([4, 2], 'int32'), 1, 1),
      tf.gatherND(x, tf.tensor2d([[1, 2]], undefined, 'int32')),
    ],
  ],
  [
    'scatters',
    [[1, 3]],
    (x) => [
      tf.scatterND(tf.tensor2d([[1]], undefined, 'int32'), x, [4, 3]),
      tf.tensorScatterUpdate(tf.ones([4, 3]), tf.tensor2d([[1]], undefined, 'int32'), x),
      tf.unsortedSegmentSum(x, ints([2]), 5),
    ],
  ],
  [
    'orders',
    [[2, 5]],
    (x) => [tf.topk(x, 2).values, tf.topk(x, 3).indices, tf.searchSorted(tf.ones([2, 3]), x)],
  ],
  [
    'counts',
    [],
    () => [
      tf.bincount(ints([1, 2]), tf.tensor1d([]), 4),
      tf.denseBincount(tf.tensor2d([[1, 2]], undefined, 'int32'), tf.tensor2d([], [0, 0]), 3),
    ],
  ],
  [
    'choices',
    [[2, 3]],
    (x) => [tf.where(tf.greater(x, 0), x, tf.zerosLike(x)), tf.where(tf.greater(x, 0), x, 0)],
  ],
  [
    'images',
    [[1, 4, 4, 3]],
    (x) => [
      tf.image.resizeBilinear(image(x), [3, 7]),
      tf.image.resizeNearestNeighbor(image(x), [2, 2]),
      tf.image.flipLeftRight(image(x)),
      tf.image.rotateWithOffset(image(x), 0.5),
      tf.image.cropAndResize(image(x), tf.ones([5, 4]), ints([0, 0, 0, 0, 0]), [2, 3]),
    ],
  ],
  [
    'transforms',
    [[1, 4, 4, 3]],
    (x) => [tf.image.transform(image(x), tf.ones([1, 8]), 'nearest', 'constant', 0, [5, 6])],
  ],
];

function tensorsOf(result: unknown): tf.Tensor[] {
  return (Array.isArray(result) ? result : [result]) as tf.Tensor[];
}

function outline(run: Case[2], shapes: readonly number[][]): string[] {
  return tf.tidy(() =>
    tensorsOf(run(...shapes.map((shape) => tf.ones(shape)))).map(
      ({ shape, dtype }) => `${dtype} [${shape}]`,
    ),
  ) as unknown as string[];
}

test.each(cases)('%s have the shapes and dtypes of the cpu backend', (_, shapes, run) => {
  const expected = outline(run, shapes);
  expect(withMetaBackend(() => outline(run, shapes))).toEqual(expected);
  expect(expected.length).toBeGreaterThan(0);
});

test('every kernel of the cpu and wasm backends has a shape-only twin', () => {
  const known = new Set(tf.getKernelsForBackend(META).map(({ kernelName }) => kernelName));
  const missing = ['cpu', 'wasm']
    .flatMap((backend) => tf.getKernelsForBackend(backend))
    .filter(({ kernelName }) => !known.has(kernelName));
  expect(missing.map(({ kernelName }) => kernelName)).toEqual([]);
});

test('a computed tensor cannot be read, a constant can', () => {
  withMetaBackend(() => {
    tf.tidy(() => {
      const constant = tf.reshape(tf.tensor1d([1, 2]), [2, 1]);
      expect(Array.from(constant.dataSync())).toEqual([1, 2]);
      expect(() => tf.add(constant, 1).dataSync()).toThrow(/no values/);
    });
  });
});

test('an operation whose shape depends on values is refused by name', () => {
  withMetaBackend(() => {
    tf.tidy(() => {
      expect(() => tf.unique(tf.tensor1d([1, 1]))).toThrow(/Unique/);
    });
  });
});

test('the backend goes back after a throw, and tensors of it can be used inside', () => {
  const outside = tf.tensor1d([1, 2, 3]);
  expect(() =>
    withMetaBackend(() => {
      expect(isMetaBackend()).toBe(true);
      expect(tf.add(outside, tf.ones([2, 3])).shape).toEqual([2, 3]);
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(tf.getBackend()).toBe('cpu');
  expect(Array.from(outside.dataSync())).toEqual([1, 2, 3]);
});

test('nothing is left behind', () => {
  const before = tf.memory().numTensors;
  inferShapes(
    (x) => tf.relu(tf.matMul(x, tf.ones([4, 2]))),
    [{ shape: [null, 4], dtype: 'float32' }],
  );
  expect(tf.memory().numTensors).toBe(before);
});

test('an axis that varies with an unknown one is unknown', () => {
  const open = inferShapes(
    (x, y) => [
      tf.concat([x, y], 1),
      tf.sum(x, [1]),
      tf.conv2d(image(x), tf.ones([3, 3, 2, 4]) as tf.Tensor4D, 2, 'same'),
    ],
    [
      { shape: [null, null, 8, 2], dtype: 'float32' },
      { shape: [null, 4, 8, 2], dtype: 'float32' },
    ],
  );
  expect(open.map(({ shape }) => shape)).toEqual([
    [null, null, 8, 2],
    [null, 8, 2],
    [null, null, 4, 4],
  ]);
});

test('a number of results that depends on an unknown length is an error', () => {
  expect(() => inferShapes((x) => tf.unstack(x), [{ shape: [null, 2], dtype: 'float32' }])).toThrow(
    RangeError,
  );
});
