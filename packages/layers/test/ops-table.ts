import {
  averagePooling,
  type ConvolutionOptions,
  type ConvolutionTransposeOptions,
  convolution,
  convolutionTranspose,
  depthwiseConvolution,
  einsum,
  extractPatches,
  matMul,
  maxPooling,
  type PatchOptions,
  type PoolingOptions,
  type ResizeOptions,
  resizeImages,
  spaceToDepth,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Calls an operation with the inputs and arguments of a recorded case. */
export type Operation = (inputs: tf.Tensor[], args: Args) => tf.Tensor;

/** Arguments of a case; each operation knows which it has. */
export type Args = Readonly<Record<string, unknown>>;

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
type Reduction = (x: tf.Tensor, axis?: number) => tf.Tensor;

const functions = tf as unknown as Record<string, Unary & Binary & Reduction>;

function functionOf(args: Args): Unary & Binary & Reduction {
  const found = functions[String(args.function)];
  if (found === undefined) throw new TypeError(`tfjs has no function ${String(args.function)}`);
  return found;
}

function input(inputs: tf.Tensor[], index: number): tf.Tensor {
  const found = inputs[index];
  if (found === undefined) throw new TypeError(`the case has no input ${index}`);
  return found;
}

const x = (inputs: tf.Tensor[]): tf.Tensor => input(inputs, 0);
const y = (inputs: tf.Tensor[]): tf.Tensor => input(inputs, 1);
const z = (inputs: tf.Tensor[]): tf.Tensor => input(inputs, 2);

/** The operations that the recorded cases name. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['convolution', (t, args) => convolution(x(t), y(t), args as ConvolutionOptions)],
  [
    'depthwiseConvolution',
    (t, args) => depthwiseConvolution(x(t), y(t), args as ConvolutionOptions),
  ],
  [
    'convolutionTranspose',
    (t, args) => convolutionTranspose(x(t), y(t), args as ConvolutionTransposeOptions),
  ],
  ['maxPooling', (t, args) => maxPooling(x(t), args as unknown as PoolingOptions)],
  ['averagePooling', (t, args) => averagePooling(x(t), args as unknown as PoolingOptions)],
  ['extractPatches', (t, args) => extractPatches(x(t), args as unknown as PatchOptions)],
  ['einsum', (t, args) => einsum(String(args.equation), ...t)],
  ['matMul', (t, args) => matMul(x(t), y(t), args.transposeA === true, args.transposeB === true)],
  ['unary', (t, args) => functionOf(args)(x(t))],
  ['binary', (t, args) => functionOf(args)(x(t), y(t))],
  ['leakyRelu', (t, args) => tf.leakyRelu(x(t), Number(args.alpha))],
  ['clipByValue', (t, args) => tf.clipByValue(x(t), Number(args.low), Number(args.high))],
  ['reduction', (t, args) => functionOf(args)(x(t), args.axis as number | undefined)],
  ['cumsum', (t, args) => tf.cumsum(x(t), 1, args.exclusive === true, args.reverse === true)],
  ['cumprod', (t, args) => tf.cumprod(x(t), 1, args.exclusive === true, args.reverse === true)],
  ['topk', (t, args) => tf.topk(x(t), Number(args.k)).values],
  [
    'gather',
    (t, args) => tf.gather(x(t), y(t) as tf.Tensor1D, Number(args.axis), Number(args.batchDims)),
  ],
  ['gatherNd', (t) => tf.gatherND(x(t), y(t))],
  ['scatterNd', (t, args) => tf.scatterND(x(t), y(t), args.shape as number[])],
  ['tensorScatterUpdate', (t) => tf.tensorScatterUpdate(x(t), y(t), z(t))],
  [
    'unsortedSegmentSum',
    (t, args) => tf.unsortedSegmentSum(x(t), y(t) as tf.Tensor1D, Number(args.count)),
  ],
  [
    'stridedSlice',
    (t, args) => tf.engine().runKernel(tf.StridedSlice, { x: x(t) }, args as tf.NamedAttrMap),
  ],
  [
    'mirrorPad',
    (t, args) => tf.mirrorPad(x(t), args.paddings as [[number, number]], args.mode as 'reflect'),
  ],
  ['depthToSpace', (t, args) => tf.depthToSpace(x(t) as tf.Tensor4D, Number(args.block))],
  ['spaceToDepth', (t, args) => spaceToDepth(x(t), Number(args.block))],
  ['resize', (t, args) => resizeImages(x(t), args.size as [number, number], args as ResizeOptions)],
  [
    'cropAndResize',
    (t, args) =>
      tf.image.cropAndResize(
        x(t) as tf.Tensor4D,
        y(t) as tf.Tensor2D,
        z(t) as tf.Tensor1D,
        args.size as [number, number],
        args.method as 'bilinear',
        Number(args.fill),
      ),
  ],
  [
    'transform',
    (t, args) =>
      tf.image.transform(
        x(t) as tf.Tensor4D,
        y(t) as tf.Tensor2D,
        args.method as 'bilinear',
        args.mode as 'reflect',
        Number(args.fill),
        args.size as [number, number],
      ),
  ],
]);
