import * as tf from '@tensorflow/tfjs-core';
import {
  convolution,
  convolutionTranspose,
  depthwiseConvolution,
  type TraceSpec,
} from '../src/index.ts';

/** A function to trace, with specs of its inputs. */
export interface TracerCase {
  readonly name: string;
  readonly specs: readonly TraceSpec[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];
}

type Shape = readonly (number | string | null)[];

function on(
  shapes: readonly Shape[],
  run: TracerCase['run'],
  dtype: TraceSpec['dtype'] = 'float32',
): Omit<TracerCase, 'name'> {
  return { specs: shapes.map((shape) => ({ shape, dtype })), run };
}

const image = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;

/** Filter with values that differ. */
const filter = (shape: number[]): tf.Tensor =>
  tf.div(tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape), 10);

const table: Readonly<Record<string, Omit<TracerCase, 'name'>>> = {
  'unary functions': on([[null, 3]], (x) => [
    tf.exp(x),
    tf.relu(x),
    tf.elu(x),
    tf.sigmoid(tf.tanh(x)),
    tf.softplus(x),
    tf.sqrt(tf.square(x)),
    tf.floor(x),
    tf.leakyRelu(x, 0.3),
    tf.clipByValue(x, -0.5, 0.5),
    tf.step(x, 0.2),
    tf.erf(x),
    tf.neg(tf.abs(x)),
  ]),
  'binary functions that broadcast': on(
    [
      [null, 3],
      [null, 1],
    ],
    (a, b) => [
      tf.add(a, b),
      tf.sub(a, 2),
      tf.mul(a, b),
      tf.div(a, tf.add(tf.square(b), 1)),
      tf.maximum(a, b),
      tf.squaredDifference(a, b),
      tf.cast(tf.greater(a, b), 'float32'),
      tf.where(tf.less(a, b), a, tf.zerosLike(a)),
    ],
  ),
  integers: on(
    [[null, 4]],
    (x) => [
      tf.floorDiv(x, tf.scalar(3, 'int32')),
      tf.mod(x, tf.scalar(3, 'int32')),
      tf.sum(x, 1),
      tf.cast(x, 'float32'),
      tf.oneHot(x, 5),
      tf.argMax(x, 1),
    ],
    'int32',
  ),
  reductions: on([[null, 3, 2]], (x) => [
    tf.sum(x, [1, 2]),
    tf.mean(x, 0),
    tf.max(x, -1, true),
    tf.min(x),
    tf.prod(x, 2),
    tf.any(tf.greater(x, 0), 1),
    tf.all(tf.greater(x, -9)),
    tf.cumsum(x, 1, true, true),
    tf.argMin(x, 2),
  ]),
  'moving elements': on([[null, 4, 3]], (x) => [
    tf.transpose(x, [2, 0, 1]),
    tf.reverse(x, [1]),
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [0, 0],
      ],
      3,
    ),
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    ),
    tf.tile(x, [1, 2, 1]),
    tf.slice(x, [0, 1, 0], [-1, 2, 3]),
    tf.stridedSlice(x, [0, 3, 0], [1, 0, 3], [1, -1, 2]),
    tf.concat([x, tf.mul(x, 2)], 2),
    ...tf.split(x, [1, 3], 1),
    ...tf.unstack(x, 1),
    tf.stack([x, x], 1),
    tf.gather(x, tf.tensor1d([2, 0], 'int32'), 1),
    tf.expandDims(x, 1),
  ]),
  'shapes with the batch in them': on([[null, 4, 3]], (x) => {
    const [batch = 1] = x.shape;
    return [
      tf.reshape(x, [batch, 12]),
      tf.reshape(x, [batch * 4, 3]),
      tf.reshape(x, [2, batch * 2, 3]),
      tf.add(tf.zeros([batch, 2]), 1),
      tf.fill([batch, 1], 7),
      tf.div(tf.sum(x), batch),
      tf.mul(tf.sum(x), 3 * batch + 1),
      tf.range(0, batch, 1, 'int32'),
      tf.broadcastTo(tf.ones([1, 2]), [batch, 2]),
      tf.slice(x, [batch - 1, 0, 0], [1, 4, 3]),
    ];
  }),
  'shapes with two open axes in them': on([[null, null, 2]], (x) => {
    const [batch = 1, steps = 1] = x.shape;
    const rows = tf.reshape(x, [batch * steps, 2]);
    return [
      tf.reshape(tf.matMul(rows, tf.ones([2, 5])), [batch, steps, 5]),
      tf.reshape(x, [batch, steps * 2]),
      tf.zeros([steps, batch]),
      tf.slice(x, [0, steps - 1, 0], [-1, 1, 2]),
    ];
  }),
  'named axes': on(
    [
      ['batch', 'width'],
      ['batch', 'width'],
    ],
    (a, b) => tf.add(a, b),
  ),
  'inputs whose open axes have to agree': on(
    [
      [null, null],
      [null, null],
    ],
    (a, b) => tf.add(a, b),
  ),
  products: on([[null, 2, 3]], (x) => [
    tf.matMul(tf.reshape(x, [-1, 3]), filter([3, 4])),
    tf.matMul(x, filter([5, 3]), false, true),
    tf.matMul(x, x, false, true),
    tf.softmax(x),
    tf.logSoftmax(x),
  ]),
  convolutions: on([[null, 6, 7, 2]], (x) => [
    convolution(x, filter([3, 2, 2, 3]), { strides: 2, padding: 'same' }),
    convolution(x, filter([2, 2, 2, 3]), { dilationRate: 2 }),
    convolution(x, filter([3, 3, 2, 3]), { dilationRate: [1, 2], padding: 'same' }),
    convolution(x, filter([3, 2, 1, 4])),
    depthwiseConvolution(x, filter([2, 2, 2, 2]), { strides: 2 }),
    convolutionTranspose(x, filter([3, 3, 4, 2]), { strides: 2 }),
    tf.maxPool(image(x), 2, 2, 'same'),
    tf.avgPool(image(x), [2, 3], 1, 'valid'),
  ]),
  'convolutions over images of any size': on([[null, null, null, 2]], (x) => [
    convolution(x, filter([3, 3, 2, 3]), { dilationRate: 2, padding: 'same' }),
    convolution(x, filter([2, 2, 2, 3]), { dilationRate: [2, 1] }),
    convolutionTranspose(x, filter([2, 2, 3, 2]), { strides: 2 }),
  ]),
  'sequences and volumes': on([[null, 5, 4, 3, 2]], (x) => [
    tf.conv3d(x as tf.Tensor5D, filter([2, 2, 2, 2, 3]) as tf.Tensor5D, 1, 'same'),
    tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid'),
    tf.avgPool3d(x as tf.Tensor5D, 2, 1, 'same'),
  ]),
  normalization: on([[null, 3, 3, 2]], (x) => {
    const [mean, variance] = [tf.tensor1d([0.1, 0.2]), tf.tensor1d([1, 2])];
    return [
      tf.batchNorm(x, mean, variance, tf.tensor1d([0.5, 0]), tf.tensor1d([2, 3])),
      tf.localResponseNormalization(image(x)),
    ];
  }),
  gathering: on([[null, 3]], (x) => [
    tf.gather(filter([9, 2]), tf.cast(tf.abs(x), 'int32')),
    tf.gatherND(x, tf.tensor2d([[0, 1]], [1, 2], 'int32')),
    tf.topk(x, 2).values,
  ]),
};

/** Functions that cover the kernels. */
export const tracerCases: readonly TracerCase[] = Object.entries(table).map(([name, each]) => ({
  name,
  ...each,
}));
