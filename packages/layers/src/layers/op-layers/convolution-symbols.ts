import {
  averagePooling,
  convolution,
  convolutionTranspose,
  type DataFormat,
  depthwiseConvolution,
  maxPooling,
  spaceToDepth,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Sizes = number | readonly number[];

const formatOf = (args: SymbolArgs): DataFormat =>
  args.text('data_format', 'NHWC').startsWith('NC') ? 'channels_first' : 'channels_last';

function paddingOf(args: SymbolArgs, fallback: string = 'VALID'): 'same' | 'valid' {
  const padding = args.raw('padding') ?? fallback;
  if (typeof padding === 'string') {
    return padding.toUpperCase() === 'SAME' ? 'same' : 'valid';
  }
  throw new RangeError('Functions of tf.nn are known with the paddings SAME and VALID.');
}

/** Sizes of the spatial axes from an argument that may cover batch and channels too. */
function spatial(args: SymbolArgs, names: readonly string[], rank: number): Sizes {
  const name = names.find((each) => args.raw(each) !== null);
  if (name === undefined) return 1;
  const list = args.numbers(name);
  if (list.length === 1) return list[0] ?? 1;
  if (list.length !== rank) return list;
  return formatOf(args) === 'channels_first' ? list.slice(2) : list.slice(1, -1);
}

const operand = (args: SymbolArgs, names: readonly string[], like: tf.Tensor): tf.Tensor =>
  args.tensor(names.find((name) => args.raw(name) !== null) ?? 'filters', like);

const FILTERS = ['filters', 'filter'];
const STRIDES = ['strides', 'stride'];
const RATES = ['dilations', 'dilation_rate', 'rate', 'rates'];

const convolve: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  return convolution(x, operand(args, FILTERS, x), {
    strides: spatial(args, STRIDES, x.rank),
    padding: paddingOf(args),
    dilationRate: spatial(args, RATES, x.rank),
    dataFormat: formatOf(args),
  });
};

const depthwise: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  return depthwiseConvolution(x, operand(args, FILTERS, x), {
    strides: spatial(args, STRIDES, x.rank),
    padding: paddingOf(args),
    dilationRate: spatial(args, RATES, x.rank),
    dataFormat: formatOf(args),
  });
};

const separable: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const dataFormat = formatOf(args);
  const inner = depthwiseConvolution(x, args.tensor('depthwise_filter', x), {
    strides: spatial(args, STRIDES, x.rank),
    padding: paddingOf(args),
    dilationRate: spatial(args, RATES, x.rank),
    dataFormat,
  });
  return convolution(inner, args.tensor('pointwise_filter', x), { dataFormat });
};

/** The lengths of the output tell how far it was padded. */
const transposed: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const dataFormat = formatOf(args);
  const filters = operand(args, FILTERS, x);
  const options = {
    strides: spatial(args, STRIDES, x.rank),
    padding: paddingOf(args, 'SAME'),
    dataFormat,
  };
  const plain = convolutionTranspose(x, filters, options);
  const wanted = args.sizes('output_shape');
  const inner = <T>(list: readonly T[]): readonly T[] =>
    list.length < x.rank
      ? list
      : dataFormat === 'channels_first'
        ? list.slice(2)
        : list.slice(1, -1);
  const lengths = inner(plain.shape);
  const strides = [options.strides].flat();
  const missing = inner(wanted).map((length, i) => (length ?? lengths[i] ?? 0) - (lengths[i] ?? 0));
  if (missing.every((n) => n === 0)) return plain;
  const kernel = filters.shape.slice(0, missing.length);
  const outputPadding = missing.map((n, i) => {
    const stride = strides[i] ?? strides[0] ?? 1;
    const base =
      options.padding === 'same'
        ? stride - (kernel[i] ?? 1) + 2 * Math.floor((kernel[i] ?? 1) / 2)
        : 0;
    return n + Math.max(base, 0);
  });
  return convolutionTranspose(x, filters, { ...options, outputPadding });
};

const pooling =
  (pool: typeof maxPooling): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    return pool(x, {
      poolSize: spatial(args, ['ksize', 'window_shape'], x.rank),
      strides: spatial(args, STRIDES, x.rank),
      padding: paddingOf(args),
      dataFormat: formatOf(args),
    });
  };

const pool: SymbolFunction = (input, args) =>
  pooling(args.text('pooling_type', 'MAX') === 'AVG' ? averagePooling : maxPooling)(input, args);

function biasAdd(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const bias = args.tensor('bias', x);
  if (formatOf(args) === 'channels_last') return tf.add(x, bias);
  return tf.add(x, tf.reshape(bias, [bias.size, ...new Array<number>(x.rank - 2).fill(1)]));
}

const responseNormalization: SymbolFunction = (input, args) =>
  tf.localResponseNormalization(
    toOperand(input) as tf.Tensor4D,
    args.number('depth_radius', 5),
    args.number('bias', 1),
    args.number('alpha', 1),
    args.number('beta', 0.5),
  );

/** Returns the functions of `tf.nn` that work on windows, by their names without `tf.`. */
export function convolutionSymbols(): readonly Entry[] {
  const each = (names: readonly string[], fn: SymbolFunction): Entry[] =>
    names.map((name) => [`nn.${name}`, fn]);
  return [
    ...each(['conv1d', 'conv2d', 'conv3d', 'convolution', 'atrous_conv2d'], convolve),
    ...each(['depthwise_conv2d', 'depthwise_conv2d_native'], depthwise),
    ...each(['conv1d_transpose', 'conv2d_transpose', 'conv3d_transpose'], transposed),
    ...each(['max_pool', 'max_pool1d', 'max_pool2d', 'max_pool3d'], pooling(maxPooling)),
    ...each(['avg_pool', 'avg_pool1d', 'avg_pool2d', 'avg_pool3d'], pooling(averagePooling)),
    ['nn.separable_conv2d', separable],
    ['nn.pool', pool],
    ['nn.bias_add', biasAdd],
    ['nn.local_response_normalization', responseNormalization],
    [
      'nn.depth_to_space',
      (input, args) =>
        tf.depthToSpace(toOperand(input) as tf.Tensor4D, args.number('block_size', 2)),
    ],
    [
      'nn.space_to_depth',
      (input, args) => spaceToDepth(toOperand(input), args.number('block_size', 2)),
    ],
  ];
}
