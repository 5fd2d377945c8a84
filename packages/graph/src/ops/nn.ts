import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  type ConvolutionPadding,
  convolution,
  depthwiseConvolution,
} from '../composed/convolution.ts';
import { fromChannelsLast, toChannelsLast } from '../composed/data-format.ts';
import { extractPatches } from '../composed/extract-patches.ts';
import { windowsOf } from '../composed/window.ts';
import type { Attrs } from '../executor/attrs.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { stopGradient } from '../executor/stop-gradient.ts';
import { integersOf, onDevice } from '../executor/values.ts';
import { composed, inputAt } from './define.ts';
import { requireWindowed, windowAttrs } from './window-attrs.ts';

function convolutionOp(convolve: typeof convolution): OpBuilder {
  return composed(({ attrs }) => {
    const { format, spatial, padding } = windowAttrs(attrs);
    const options = {
      padding,
      dataFormat: format,
      strides: spatial(attrs.ints('strides')),
      dilationRate: spatial(attrs.ints('dilations')),
    };
    return (...[x, filter]) => convolve(x as tf.Tensor, filter as tf.Tensor, options);
  });
}

type PadList = [[number, number], [number, number], [number, number], [number, number]];

/** Padding in the form that tfjs's gradient kernels take. */
function kernelPad(padding: ConvolutionPadding): 'same' | 'valid' | PadList {
  if (padding === 'same' || padding === 'valid') return padding;
  const [height = [0, 0], width = [0, 0]] = padding === 'causal' ? [] : padding;
  return [
    [0, 0],
    [height[0], height[1]],
    [width[0], width[1]],
    [0, 0],
  ];
}

/** Gradient of a convolution by its input, which is also what a transposed convolution computes. */
const byInput: OpBuilder = ({ attrs, op }) => {
  const { format, spatial, padding } = windowAttrs(attrs);
  const kernelName =
    {
      Conv2DBackpropInput: tf.Conv2DBackpropInput,
      DepthwiseConv2dNativeBackpropInput: tf.DepthwiseConv2dNativeBackpropInput,
    }[op] ?? tf.Conv3DBackpropInputV2;
  const strides = spatial(attrs.ints('strides'));
  const dilations = spatial(attrs.ints('dilations'));
  return (inputs) => {
    const sizes = integersOf(inputAt(inputs, 0));
    return tf.tidy(() => {
      const filter = onDevice(inputAt(inputs, 1));
      const dy = toChannelsLast(onDevice(inputAt(inputs, 2)), format);
      const full = sizes.length === filter.rank ? sizes : [dy.shape[0] ?? 0, ...sizes];
      const inputShape = format === 'channels_last' ? full : lastOf(full);
      requireWindowed({
        ...{ input: inputShape, window: filter.shape.slice(0, -2), gradient: dy.shape },
        ...{ strides, dilations, padding },
      });
      const dx: tf.Tensor = tf
        .engine()
        .runKernel(
          kernelName,
          { dy, filter },
          { strides, dilations, pad: kernelPad(padding), inputShape },
        );
      return fromChannelsLast(dx, format);
    });
  };
};

function lastOf([batch = 0, channels = 0, ...spatial]: readonly number[]): number[] {
  return [batch, ...spatial, channels];
}

/** Gradient of a convolution by its filter. */
const byFilter: OpBuilder = ({ attrs, op }) => {
  const { format, spatial, padding } = windowAttrs(attrs);
  const kernelName =
    {
      Conv2DBackpropFilter: tf.Conv2DBackpropFilter,
      DepthwiseConv2dNativeBackpropFilter: tf.DepthwiseConv2dNativeBackpropFilter,
    }[op] ?? tf.Conv3DBackpropFilterV2;
  const strides = spatial(attrs.ints('strides'));
  const dilations = spatial(attrs.ints('dilations'));
  return (inputs) => {
    const filterShape = integersOf(inputAt(inputs, 1));
    return tf.tidy(() => {
      const x = toChannelsLast(onDevice(inputAt(inputs, 0)), format);
      const dy = toChannelsLast(onDevice(inputAt(inputs, 2)), format);
      requireWindowed({
        ...{ input: x.shape, window: filterShape.slice(0, -2), gradient: dy.shape },
        ...{ strides, dilations, padding },
      });
      requireChannels(op, filterShape, x, dy);
      return tf
        .engine()
        .runKernel(
          kernelName,
          { x, dy },
          { strides, dilations, pad: kernelPad(padding), filterShape },
        );
    });
  };
};

/** @throws MalformedError when a filter does not lead from the channels of one tensor to those of the other. */
function requireChannels(op: string, filter: readonly number[], x: tf.Tensor, dy: tf.Tensor): void {
  const [from = 0, to = 0] = filter.slice(-2);
  const [given = 0, made = 0] = [x.shape.at(-1), dy.shape.at(-1)];
  const fits = op.startsWith('Depthwise')
    ? from === given && from * to === made
    : from > 0 && given % from === 0 && to === made;
  if (fits) return;
  throw new MalformedError(
    `A filter of shape [${filter.join(', ')}] does not lead from ${given} to ${made} channels.`,
  );
}

const biasAdd: OpBuilder = ({ attrs, op }) => {
  const first = op === 'BiasAdd' && attrs.string('data_format') === 'NCHW';
  return (inputs) => {
    const x = onDevice(inputAt(inputs, 0));
    const bias = onDevice(inputAt(inputs, 1));
    if (bias.rank !== 1) throw new MalformedError(`A bias has ${bias.rank} axes.`);
    if (!first || x.rank < 3) return tf.add(x, bias);
    return tf.tidy(() => tf.add(x, tf.reshape(bias, [-1, ...x.shape.slice(2).map(() => 1)])));
  };
};

const biasGradient = composed(({ attrs }) => {
  const first = attrs.string('data_format') === 'NCHW';
  return (...[dy]) => {
    const tensor = dy as tf.Tensor;
    const channels = first ? 1 : tensor.rank - 1;
    return tf.sum(
      tensor,
      tensor.shape.map((_, axis) => axis).filter((axis) => axis !== channels),
    );
  };
});

const crossEntropy: OpBuilder = () => (inputs) =>
  tf.tidy(() => {
    const logits = onDevice(inputAt(inputs, 0));
    const labels = onDevice(inputAt(inputs, 1));
    const logs = tf.logSoftmax(logits, -1);
    return [tf.neg(tf.sum(tf.mul(logs, labels), -1)), tf.sub(tf.exp(logs), labels)];
  });

const sparseCrossEntropy: OpBuilder = () => (inputs) =>
  tf.tidy(() => {
    const logits = onDevice(inputAt(inputs, 0));
    const ids = tf.cast(onDevice(inputAt(inputs, 1)), 'int32');
    const labels = tf.cast(tf.oneHot(ids as tf.Tensor1D, logits.shape[1] ?? 0), 'float32');
    const logs = tf.logSoftmax(logits, -1);
    return [tf.neg(tf.sum(tf.mul(logs, labels), -1)), tf.sub(tf.exp(logs), labels)];
  });

type Activation = (x: tf.Tensor) => tf.Tensor;

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['Relu', tf.relu],
  ['Relu6', tf.relu6],
  ['Elu', tf.elu],
  ['Sigmoid', tf.sigmoid],
  ['Tanh', tf.tanh],
]);

/** An op into which TensorFlow's optimizer has drawn a bias and an activation. */
function fused(
  compute: (attrs: Attrs) => (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor,
): OpBuilder {
  return composed(({ attrs, where }) => {
    const main = compute(attrs);
    const [bias, ...activations] = attrs.strings('fused_ops');
    const after = activations.map((name) => {
      if (name === 'LeakyRelu') return leaky(attrs.float('leakyrelu_alpha'));
      const activation = ACTIVATIONS.get(name);
      if (activation !== undefined) return activation;
      throw new UnsupportedError(`${where}: the activation ${name} is not known.`);
    });
    if (bias !== 'BiasAdd') throw new UnsupportedError(`${where}: ${bias} is not known.`);
    return (...[x, filter, ...args]) => {
      const sum = tf.add(main(x as tf.Tensor, filter as tf.Tensor), args[0] as tf.Tensor);
      return after.reduce((y, activation) => activation(y), sum);
    };
  });
}

function leaky(alpha: number): Activation {
  return (x) => tf.leakyRelu(x, alpha);
}

/** Largest sum of a window and a filter; the wasm kernel of tfjs takes wrong windows. */
const dilation: OpBuilder = composed(({ attrs }) => {
  const { spatial, padding } = windowAttrs(attrs);
  const [strides = [1, 1], rates = [1, 1]] = ['strides', 'rates'].map((name) =>
    spatial(attrs.ints(name)),
  );
  return (...[x, filter]) => {
    const [images, kernel] = [x as tf.Tensor, filter as tf.Tensor];
    const [height = 1, width = 1, channels = 1] = kernel.shape;
    const windows = windowsOf(
      { input: images.shape.slice(1, 3), filter: [height, width], strides, dilations: rates },
      padding === 'same' ? 'same' : 'valid',
    );
    const pads = windows.map(({ before, after }): [number, number] => [before, after]);
    const padded = tf.pad(images, [[0, 0], ...pads, [0, 0]], -3.4028234663852886e38);
    const patches = extractPatches(padded, { sizes: [height, width], strides, rates });
    const sums = tf.add(
      tf.reshape(patches, [...patches.shape.slice(0, 3), height * width, channels]),
      tf.reshape(kernel, [height * width, channels]),
    );
    return tf.max(sums, 3);
  };
});

/** Convolutions, biases, losses: ops of neural networks but for pooling and normalization. */
export const nnOps: OpFamily = {
  Conv2D: convolutionOp(convolution),
  Conv3D: convolutionOp(convolution),
  DepthwiseConv2dNative: convolutionOp(depthwiseConvolution),
  Conv2DBackpropInput: byInput,
  Conv3DBackpropInputV2: byInput,
  DepthwiseConv2dNativeBackpropInput: byInput,
  Conv2DBackpropFilter: byFilter,
  Conv3DBackpropFilterV2: byFilter,
  DepthwiseConv2dNativeBackpropFilter: byFilter,
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
  BiasAddGrad: biasGradient,
  Softmax: composed(
    () =>
      (...[x]) =>
        tf.softmax(x as tf.Tensor, -1),
  ),
  LogSoftmax: composed(
    () =>
      (...[x]) =>
        tf.logSoftmax(x as tf.Tensor, -1),
  ),
  SoftmaxCrossEntropyWithLogits: crossEntropy,
  SparseSoftmaxCrossEntropyWithLogits: sparseCrossEntropy,
  _FusedConv2D: fused((attrs) => {
    const { format, spatial, padding } = windowAttrs(attrs);
    const strides = spatial(attrs.ints('strides'));
    const dilationRate = spatial(attrs.ints('dilations'));
    return (x, filter) =>
      convolution(x, filter, { padding, dataFormat: format, strides, dilationRate });
  }),
  _FusedDepthwiseConv2dNative: fused((attrs) => {
    const { format, spatial, padding } = windowAttrs(attrs);
    const strides = spatial(attrs.ints('strides'));
    const dilationRate = spatial(attrs.ints('dilations'));
    return (x, filter) =>
      depthwiseConvolution(x, filter, { padding, dataFormat: format, strides, dilationRate });
  }),
  _FusedMatMul: fused((attrs) => {
    const a = attrs.bool('transpose_a');
    const b = attrs.bool('transpose_b');
    return (x, y) => tf.matMul(x, y, a, b);
  }),
  Dilation2D: dilation,
  LRN: composed(({ attrs }) => {
    const radius = attrs.int('depth_radius');
    const [bias, alpha, beta] = ['bias', 'alpha', 'beta'].map((name) => attrs.float(name));
    return (...[x]) => tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta);
  }),
  StopGradient: () => (inputs) => stopGradient(inputAt(inputs, 0)),
};
