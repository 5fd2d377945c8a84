import { expect, test } from '@jest/globals';
import { einsum, matMul, registerGradients } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { expectGradientsMatchDifferences } from './gradients-numeric.ts';
import { sample, testOnBackends } from './ops-backends.ts';

type Case = readonly [
  name: string,
  fn: (...xs: tf.Tensor[]) => tf.Tensor,
  inputs: () => tf.Tensor[],
];

const one = (low: number, high: number) => () => [sample([2, 3], low, high)];
const pair = (low: number, high: number) => () => [
  sample([2, 3], low, high),
  sample([1, 3], low + 0.3, high + 0.4),
];

const conv2d = (
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: number | [number, number],
  pad: tf.Conv2DAttrs['pad'],
  dilations: number | [number, number] = 1,
): tf.Tensor => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations);

const depthwise = (
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: [number, number],
  pad: 'same' | 'valid',
  dilations: [number, number],
): tf.Tensor =>
  tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations);

const conv3d = (
  x: tf.Tensor,
  filter: tf.Tensor,
  strides: [number, number, number],
  pad: 'same' | 'valid',
): tf.Tensor => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, strides, pad);

const cases: readonly Case[] = [
  ['add', tf.add, pair(-1, 1)],
  ['sub', tf.sub, pair(-1, 1)],
  ['mul', tf.mul, pair(-1, 1)],
  ['div', tf.div, pair(0.5, 2)],
  ['pow', tf.pow, pair(0.5, 2)],
  ['maximum', tf.maximum, pair(-1, 1)],
  ['minimum', tf.minimum, pair(-1, 1)],
  ['squaredDifference', tf.squaredDifference, pair(-1, 1)],
  ['atan2', tf.atan2, pair(0.5, 2)],
  ['mod', tf.mod, () => [tf.tensor1d([5.3, -4.2]), tf.tensor1d([1.7, 1.5])]],
  ['addN', (a, b) => tf.addN([tf.square(a), b, a]), () => [sample([2, 2]), sample([2, 2], 1, 2)]],
  ['acos', tf.acos, one(-0.7, 0.7)],
  ['acosh', tf.acosh, one(1.5, 3)],
  ['asin', tf.asin, one(-0.7, 0.7)],
  ['asinh', tf.asinh, one(-1, 1)],
  ['atan', tf.atan, one(-1, 1)],
  ['atanh', tf.atanh, one(-0.7, 0.7)],
  ['cos', tf.cos, one(-1, 1)],
  ['cosh', tf.cosh, one(-1, 1)],
  ['erf', tf.erf, one(-1, 1)],
  ['exp', tf.exp, one(-1, 1)],
  ['expm1', tf.expm1, one(-1, 1)],
  ['log', tf.log, one(0.5, 2)],
  ['log1p', tf.log1p, one(-0.4, 2)],
  ['neg', tf.neg, one(-1, 1)],
  ['reciprocal', tf.reciprocal, one(0.5, 2)],
  ['rsqrt', tf.rsqrt, one(0.5, 2)],
  ['sin', tf.sin, one(-1, 1)],
  ['sinh', tf.sinh, one(-1, 1)],
  ['sqrt', tf.sqrt, one(0.5, 2)],
  ['square', tf.square, one(-1, 1)],
  ['tan', tf.tan, one(-1, 1)],
  ['tanh', tf.tanh, one(-1, 1)],
  ['sigmoid', tf.sigmoid, one(-2, 2)],
  ['softplus', tf.softplus, one(-2, 2)],
  ['relu', tf.relu, one(-1, 1)],
  ['relu6', tf.relu6, one(-3, 9)],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3), one(-1, 1)],
  ['prelu', tf.prelu, pair(-1, 1)],
  ['elu', tf.elu, one(-2, 2)],
  ['selu', tf.selu, one(-2, 2)],
  ['clipByValue', (x) => tf.clipByValue(x, -0.5, 0.5), one(-1, 1)],
  ['softmax', (x) => tf.softmax(x), one(-1, 1)],
  ['logSoftmax', (x) => tf.logSoftmax(x), one(-1, 1)],
  ['logSumExp', (x) => tf.logSumExp(x, 0), one(-1, 1)],
  ['sum of one axis', (x) => tf.sum(x, 0), one(-1, 1)],
  ['sum of all', (x) => tf.sum(x), one(-1, 1)],
  ['mean', (x) => tf.mean(x, [1], true), one(-1, 1)],
  ['max', (x) => tf.max(x, 1), one(-1, 1)],
  ['min', (x) => tf.min(x), one(-1, 1)],
  ['prod', (x) => tf.prod(x, [0]), one(-1, 1)],
  ['prod of all', (x) => tf.prod(x), one(0.5, 2)],
  ['cumsum', (x) => tf.cumsum(x, 1, true, true), one(-1, 1)],
  ['cumprod', (x) => tf.cumprod(x, 1), one(0.5, 2)],
  ['cumprod exclusive', (x) => tf.cumprod(x, 0, true), one(0.5, 2)],
  ['cumprod reverse', (x) => tf.cumprod(x, 1, false, true), one(0.5, 2)],
  ['reshape', (x) => tf.square(tf.reshape(x, [3, 2])), one(-1, 1)],
  ['expandDims', (x) => tf.expandDims(tf.square(x), 1), one(-1, 1)],
  ['transpose', (x) => tf.transpose(x), one(-1, 1)],
  ['transpose of three axes', (x) => tf.transpose(x, [2, 0, 1]), () => [sample([2, 3, 4])]],
  ['tile', (x) => tf.tile(x, [2, 3]), one(-1, 1)],
  ['broadcastTo', (x) => tf.broadcastTo(x, [4, 2, 3]), one(-1, 1)],
  ['reverse', (x) => tf.reverse(x, 1), one(-1, 1)],
  ['concat', (a, b) => tf.concat([a, b, a], -1), () => [sample([2, 3]), sample([2, 2])]],
  ['stack', (a, b) => tf.stack([a, b], 1), () => [sample([2, 3]), sample([2, 3])]],
  ['unstack', (x) => tf.mul(tf.unstack(x, 1)[0] as tf.Tensor, 2), one(-1, 1)],
  ['split', (x) => tf.square(tf.split(x, [1, 2], 1)[1] as tf.Tensor), one(-1, 1)],
  ['cast of floats', (x) => tf.cast(x, 'float32'), one(-1, 1)],
  [
    'spaceToBatchND',
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 1],
        [
          [0, 0],
          [0, 1],
        ],
      ),
    () => [sample([1, 4, 3, 1])],
  ],
  [
    'batchToSpaceND',
    (x) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
    () => [sample([4, 2, 2, 1])],
  ],
  ['matMul', (a, b) => tf.matMul(a, b), () => [sample([2, 3]), sample([3, 4])]],
  [
    'matMul transposing the left',
    (a, b) => tf.matMul(a, b, true),
    () => [sample([3, 2]), sample([3, 4])],
  ],
  [
    'matMul transposing the right',
    (a, b) => tf.matMul(a, b, false, true),
    () => [sample([2, 3]), sample([4, 3])],
  ],
  [
    'matMul transposing both',
    (a, b) => tf.matMul(a, b, true, true),
    () => [sample([3, 2]), sample([4, 3])],
  ],
  ['matMul of a narrow pair', (a, b) => tf.matMul(a, b), () => [sample([1, 6]), sample([6, 5])]],
  [
    'matMul with broadcast batch',
    (a, b) => matMul(a, b),
    () => [sample([2, 1, 2, 3]), sample([3, 3, 2])],
  ],
  ['gather', (x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), 0), one(-1, 1)],
  [
    'gather along the last axis',
    (x) => tf.gather(x, tf.tensor2d([[2, 0]], undefined, 'int32'), 1),
    one(-1, 1),
  ],
  [
    'gather with batch axes',
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [1, 1],
            [0, 2],
          ],
          undefined,
          'int32',
        ),
        1,
        1,
      ),
    () => [sample([2, 3, 2])],
  ],
  [
    'gatherND',
    (x) =>
      tf.gatherND(
        x,
        tf.tensor2d(
          [
            [1, 2],
            [0, 0],
            [1, 2],
          ],
          undefined,
          'int32',
        ),
      ),
    one(-1, 1),
  ],
  [
    'scatterND',
    (x) => tf.scatterND(tf.tensor2d([[3], [1]], undefined, 'int32'), x, [4, 3]),
    one(-1, 1),
  ],
  [
    'tensorScatterUpdate',
    (x, u) => tf.tensorScatterUpdate(x, tf.tensor2d([[1]], undefined, 'int32'), u),
    () => [sample([3, 2]), sample([1, 2])],
  ],
  [
    'unsortedSegmentSum',
    (x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, -1, 2], 'int32'), 4),
    () => [sample([3, 2])],
  ],
  [
    'topk',
    (x) => tf.topk(x, 2).values,
    () => [
      tf.tensor2d([
        [1, 5, 3, 4],
        [0, -2, 2, 7],
      ]),
    ],
  ],
  ['slice', (x) => tf.slice(x, [0, 1], [2, -1]), one(-1, 1)],
  ['stridedSlice', (x) => tf.stridedSlice(x, [0, 1], [3, 6], [2, 2]), () => [sample([3, 7])]],
  [
    'stridedSlice backwards',
    (x) => tf.stridedSlice(x, [-1, 5], [0, -7], [-1, -2]),
    () => [sample([3, 7])],
  ],
  [
    'stridedSlice with new and dropped axes',
    (x) => tf.stridedSlice(x, [0, 1, 0], [0, 2, 3], [1, 1, 2], 0, 0, 0, 1, 2),
    () => [sample([2, 3])],
  ],
  [
    'pad',
    (x) =>
      tf.square(
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          3,
        ),
      ),
    one(-1, 1),
  ],
  [
    'mirrorPad reflecting',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 0],
          [2, 1],
        ],
        'reflect',
      ),
    one(-1, 1),
  ],
  [
    'mirrorPad symmetric',
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 1],
          [3, 1],
        ],
        'symmetric',
      ),
    one(-1, 1),
  ],
  [
    'where',
    (a, b) => tf.where(tf.tensor2d([[1, 0, 1]], undefined, 'bool'), a, b),
    () => [sample([1, 3]), sample([1, 3])],
  ],
  ['depthToSpace', (x) => tf.depthToSpace(x as tf.Tensor4D, 2), () => [sample([1, 2, 1, 8])]],
  [
    'conv2d',
    (x, f) => conv2d(x, f, 1, 'valid'),
    () => [sample([2, 5, 4, 2]), sample([3, 2, 2, 3])],
  ],
  [
    'conv2d with strides',
    (x, f) => conv2d(x, f, [2, 3], 'same'),
    () => [sample([1, 6, 7, 2]), sample([3, 2, 2, 2])],
  ],
  [
    'conv2d with strides that leave a rest',
    (x, f) => conv2d(x, f, 3, 'valid'),
    () => [sample([1, 7, 8, 1]), sample([2, 3, 1, 2])],
  ],
  [
    'conv2d with dilations',
    (x, f) => conv2d(x, f, 1, 'same', [2, 3]),
    () => [sample([1, 6, 7, 2]), sample([3, 2, 2, 2])],
  ],
  [
    'conv2d with explicit padding',
    (x, f) =>
      conv2d(
        x,
        f,
        [2, 1],
        [
          [0, 0],
          [2, 0],
          [1, 3],
          [0, 0],
        ],
      ),
    () => [sample([1, 5, 4, 2]), sample([2, 2, 2, 2])],
  ],
  [
    'conv2d with more padding than filter',
    (x, f) =>
      conv2d(x, f, 1, [
        [0, 0],
        [3, 2],
        [2, 3],
        [0, 0],
      ]),
    () => [sample([1, 3, 3, 1]), sample([2, 2, 1, 1])],
  ],
  [
    'conv2d with one-pixel filters',
    (x, f) => conv2d(x, f, 1, 'valid'),
    () => [sample([2, 3, 2, 3]), sample([1, 1, 3, 2])],
  ],
  [
    'conv2dTranspose',
    (x, f) => tf.conv2dTranspose(x as tf.Tensor4D, f as tf.Tensor4D, [1, 7, 5, 3], [2, 2], 'same'),
    () => [sample([1, 4, 3, 2]), sample([3, 2, 3, 2])],
  ],
  [
    'depthwiseConv2d',
    (x, f) => depthwise(x, f, [2, 2], 'same', [1, 1]),
    () => [sample([2, 5, 6, 2]), sample([3, 3, 2, 2])],
  ],
  [
    'depthwiseConv2d with dilations',
    (x, f) => depthwise(x, f, [1, 1], 'same', [2, 1]),
    () => [sample([1, 6, 5, 3]), sample([2, 3, 3, 1])],
  ],
  [
    'conv3d',
    (x, f) => conv3d(x, f, [2, 1, 2], 'same'),
    () => [sample([2, 5, 3, 4, 2]), sample([2, 2, 3, 2, 2])],
  ],
  [
    'conv3d with dilations',
    (x, f) => tf.conv3d(x as tf.Tensor5D, f as tf.Tensor5D, 1, 'valid', 'NDHWC', [2, 1, 1]),
    () => [sample([1, 5, 3, 3, 2]), sample([2, 2, 2, 2, 1])],
  ],
  [
    'conv3dTranspose',
    (x, f) => tf.conv3dTranspose(x as tf.Tensor5D, f as tf.Tensor5D, [1, 4, 4, 4, 2], 2, 'same'),
    () => [sample([1, 2, 2, 2, 2]), sample([2, 2, 2, 2, 2])],
  ],
  [
    'maxPool',
    (x) => tf.maxPool(x as tf.Tensor4D, [2, 3], [2, 1], 'same'),
    () => [sample([2, 5, 4, 2])],
  ],
  [
    'avgPool',
    (x) => tf.avgPool(x as tf.Tensor4D, [3, 2], [2, 1], 'same'),
    () => [sample([2, 5, 4, 2])],
  ],
  [
    'avgPool without padding',
    (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'),
    () => [sample([1, 5, 4, 2])],
  ],
  [
    'maxPool3d',
    (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'same'),
    () => [sample([1, 3, 4, 3, 2])],
  ],
  [
    'avgPool3d',
    (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'same'),
    () => [sample([1, 3, 4, 3, 2])],
  ],
  [
    'batchNorm',
    (x, m, v, o, s) =>
      tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D),
    () => [sample([2, 2, 2, 3]), sample([3]), sample([3], 0.5, 2), sample([3]), sample([3])],
  ],
  [
    'localResponseNormalization',
    (x) => tf.localResponseNormalization(x as tf.Tensor4D, 1),
    () => [sample([1, 2, 2, 4])],
  ],
  ['einsum', (a, b) => einsum('abc,cd->adb', a, b), () => [sample([2, 3, 4]), sample([4, 2])]],
  [
    'einsum with batch axes',
    (a, b) => einsum('btnh,bsnh->bnts', a, b),
    () => [sample([2, 3, 2, 2]), sample([2, 4, 2, 2])],
  ],
  [
    'einsum of three operands',
    (a, b, c) => einsum('ij,jk,kl->il', a, b, c),
    () => [sample([2, 3]), sample([3, 4]), sample([4, 2])],
  ],
  [
    'einsum with an ellipsis',
    (a, b) => einsum('...x,xy->...y', a, b),
    () => [sample([2, 3, 4]), sample([4, 2])],
  ],
  [
    'einsum that broadcasts an ellipsis',
    (a, b) => einsum('...ij,...jk->...ik', a, b),
    () => [sample([2, 1, 2, 3]), sample([3, 3, 2])],
  ],
  [
    'einsum with a diagonal and a sum',
    (a, b) => einsum('iij,k->ji', a, b),
    () => [sample([2, 2, 3]), sample([2])],
  ],
];

for (const [name, fn, inputs] of cases) {
  testOnBackends(`the gradient of ${name} equals differences`, () => {
    expectGradientsMatchDifferences(fn, inputs());
  });
}

const gradientAt = (fn: (x: tf.Tensor) => tf.Tensor, values: number[]): number[] =>
  Array.from(
    tf
      .grad((x) => tf.sum(fn(x)))(tf.tensor1d(values))
      .dataSync(),
  );

testOnBackends('the kinks have the gradients TensorFlow gives them', () => {
  expect(gradientAt((x) => tf.max(x), [1, 1, 0])).toEqual([0.5, 0.5, 0]);
  expect(gradientAt((x) => tf.min(x), [1, 0, 0])).toEqual([0, 0.5, 0.5]);
  expect(gradientAt(tf.abs, [-2, 0, 2])).toEqual([-1, 0, 1]);
  expect(gradientAt(tf.relu, [-1, 0, 1])).toEqual([0, 0, 1]);
  expect(gradientAt(tf.relu6, [0, 3, 6])).toEqual([0, 1, 0]);
  expect(gradientAt((x) => tf.clipByValue(x, 0, 1), [-1, 0, 0.5, 1, 2])).toEqual([0, 1, 1, 1, 0]);
  expect(gradientAt((x) => tf.maximum(x, 1), [0, 1, 2])).toEqual([0, 1, 1]);
  expect(gradientAt((x) => tf.minimum(x, 1), [0, 1, 2])).toEqual([1, 1, 0]);
  expect(gradientAt(tf.sqrt, [0, 4])).toEqual([Number.POSITIVE_INFINITY, 0.25]);
  expect(gradientAt((x) => tf.prod(x), [2, 0, 3])).toEqual([0, 6, 0]);
  expect(gradientAt((x) => tf.pow(x, 2), [0, -3])).toEqual([0, -6]);
});

testOnBackends('equal maxima of a window send the gradient to the first', () => {
  const pooled = tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')));
  expect(Array.from(pooled(tf.ones([1, 2, 2, 1])).dataSync())).toEqual([1, 0, 0, 0]);
});

/** Kernels that take no floats, give none, or choose by value what they return. */
const WITHOUT_GRADIENT: readonly string[] = [
  tf.BroadcastArgs,
  tf.Draw,
  tf.Fill,
  tf.FusedConv2D,
  tf.FusedDepthwiseConv2D,
  tf.LinSpace,
  tf.NonMaxSuppressionV3,
  tf.NonMaxSuppressionV4,
  tf.NonMaxSuppressionV5,
  tf.Range,
  tf.StaticRegexReplace,
  tf.StringNGrams,
  tf.StringSplit,
  tf.StringToHashBucketFast,
  tf.Unique,
  tf._FusedMatMul,
];

/** Kernels whose gradients nothing in Keras needs: complex and ragged tensors, rotations, gradients of gradients. */
const LEFT_OUT: readonly string[] = [
  tf.Complex,
  tf.ComplexAbs,
  tf.Dilation2D,
  tf.Dilation2DBackpropFilter,
  tf.Dilation2DBackpropInput,
  tf.EluGrad,
  tf.FFT,
  tf.IFFT,
  tf.Imag,
  tf.LRNGrad,
  tf.MaxPoolGrad,
  tf.MaxPool3DGrad,
  tf.RaggedGather,
  tf.RaggedRange,
  tf.RaggedTensorToTensor,
  tf.Real,
  tf.ResizeBilinearGrad,
  tf.ResizeNearestNeighborGrad,
  tf.RotateWithOffset,
  tf.SparseFillEmptyRows,
  tf.SparseReshape,
  tf.SparseSegmentMean,
  tf.SparseSegmentSum,
];

test('every other kernel of tfjs has a gradient', () => {
  registerGradients();
  const names = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    // tfjs exports the names of its kernels; the rest are ours.
    .filter((name) => name in tf && tf.getGradient(name) == null);
  expect(names.sort()).toEqual([...WITHOUT_GRADIENT, ...LEFT_OUT].sort());
});

testOnBackends('constant kernels on the way to a loss contribute zero', () => {
  const masked = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.cast(tf.greater(x, 0), 'float32'));
  expect(gradientAt(masked, [-1, 2])).toEqual([0, 1]);
  expect(gradientAt((x) => tf.add(tf.floor(x), x), [0.5, 1.5])).toEqual([1, 1]);
  expect(gradientAt((x) => tf.cast(tf.cast(x, 'int32'), 'float32'), [0.5, 1.5])).toEqual([0, 0]);
});

testOnBackends('the gradients of a convolution have gradients', () => {
  const squaredGradient = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    tf.square(tf.grad((f) => tf.square(conv2d(x, f, 2, 'same')))(filter));
  expectGradientsMatchDifferences(squaredGradient, [sample([1, 4, 4, 1]), sample([2, 2, 1, 1])]);
});

testOnBackends('gradients have gradients', () => {
  const second = (fn: (x: tf.Tensor) => tf.Tensor, at: number): number =>
    tf
      .grad((x) => tf.grad(fn)(x))(tf.scalar(at))
      .dataSync()[0] ?? Number.NaN;
  expect(second((x) => tf.pow(x, 3), 2)).toBeCloseTo(12, 4);
  expect(second(tf.tanh, 0.5)).toBeCloseTo(-2 * Math.tanh(0.5) * (1 - Math.tanh(0.5) ** 2), 5);
  expect(second((x) => tf.prod(tf.stack([x, x, x])), 2)).toBeCloseTo(12, 4);
});
