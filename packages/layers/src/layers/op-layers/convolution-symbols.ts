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
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Sizes = number | readonly number[];

const formatOf = (args: SymbolArgs): DataFormat =>
  args.text('data_format', 'NHWC').startsWith('NC') ? 'channels_first' : 'channels_last';

type Padding = 'same' | 'valid' | ReadonlyArray<readonly [number, number]>;

function paddingOf(args: SymbolArgs, fallback: string = 'VALID'): Padding {
  const padding = args.raw('padding') ?? fallback;
  if (typeof padding === 'string') {
    return padding.toUpperCase() === 'SAME' ? 'same' : 'valid';
  }
  const pairs = padding as readonly [number, number][];
  return formatOf(args) === 'channels_first' ? pairs.slice(2) : pairs.slice(1, -1);
}

/** The padding of functions that take no numbers of elements. */
function plainPadding(args: SymbolArgs, fallback?: string): 'same' | 'valid' {
  const padding = paddingOf(args, fallback);
  if (typeof padding === 'string') return padding;
  throw new RangeError('Transposed convolutions are known with the paddings SAME and VALID.');
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

/** Without values, a filter that was made for the channels of the input need not have as many. */
function fittingFilter(filter: tf.Tensor, x: tf.Tensor, dataFormat: DataFormat): tf.Tensor {
  const channels = x.shape.at(dataFormat === 'channels_first' ? 1 : -1) ?? 1;
  const [height = 1, width = 1, own, times = 1] = filter.shape;
  return !onlyShapes() || own === channels ? filter : tf.zeros([height, width, channels, times]);
}

const depthwise: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const filter = fittingFilter(operand(args, FILTERS, x), x, formatOf(args));
  return depthwiseConvolution(x, filter, {
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
    padding: plainPadding(args, 'SAME'),
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

/** A transposed convolution whose filter has gaps: one of a filter with zeros in them. */
const atrousTransposed: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const filter = operand(args, FILTERS, x);
  const rate = args.number('rate', 1);
  const [height = 1, width = 1, outputs = 1, inputs = 1] = filter.shape;
  const reach = (size: number): number => (size - 1) * rate + 1;
  const places = Array.from({ length: reach(height) * reach(width) }, (_, i) => {
    const [row, column] = [Math.floor(i / reach(width)), i % reach(width)];
    const inside = row % rate === 0 && column % rate === 0;
    return inside ? (row / rate) * width + column / rate : height * width;
  });
  const flat = tf.reshape(filter, [height * width, outputs, inputs]);
  const rows = tf.concat([flat, tf.zeros([1, outputs, inputs])], 0);
  const wide = tf.gather(rows, tf.tensor1d(places, 'int32'));
  const filters = tf.reshape(wide, [reach(height), reach(width), outputs, inputs]);
  return transposed(x, args.with({ filters, strides: 1 }));
};

/** Border that never is the largest of a window. */
const LOW = -3.4028234663852886e38;

/** Pads images by numbers of elements, which poolings themselves cannot. */
function bordered(x: tf.Tensor, padding: Padding, first: boolean): tf.Tensor {
  if (typeof padding === 'string') return x;
  const pairs = padding.map(([before, after]): [number, number] => [before, after]);
  const rest: [number, number][] = [[0, 0]];
  return tf.pad(x, first ? [...rest, ...rest, ...pairs] : [...rest, ...pairs, ...rest], LOW);
}

const pooling =
  (pool: typeof maxPooling): SymbolFunction =>
  (input, args) => {
    const given = toOperand(input);
    const padding = paddingOf(args);
    const dataFormat = formatOf(args);
    const x = bordered(given, padding, dataFormat === 'channels_first');
    return pool(x, {
      poolSize: spatial(args, ['ksize', 'window_shape'], x.rank),
      strides: spatial(args, STRIDES, x.rank),
      padding: typeof padding === 'string' ? padding : 'valid',
      dataFormat,
    });
  };

/** Pools windows whose elements lie apart: each shift of the grid by itself. */
function spacedPooling(x: tf.Tensor, args: SymbolArgs, rates: readonly number[]): tf.Tensor {
  const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
  const sizes = [spatial(args, ['ksize', 'window_shape'], x.rank)].flat();
  const [height = 1, width = height] = sizes;
  const [down = 1, across = down] = rates;
  if (x.rank !== 4 || formatOf(args) === 'channels_first' || paddingOf(args) !== 'valid') {
    throw new RangeError('tf.nn.pool with dilations is known for images without padding.');
  }
  const lengths = [rows - (height - 1) * down, columns - (width - 1) * across] as const;
  const shifted = Array.from({ length: height * width }, (_, i) =>
    tf.slice(
      x,
      [0, Math.floor(i / width) * down, (i % width) * across, 0],
      [batch, ...lengths, channels],
    ),
  );
  const windows = tf.stack(shifted);
  return args.text('pooling_type', 'MAX') === 'AVG' ? tf.mean(windows, 0) : tf.max(windows, 0);
}

const pool: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const rates = [spatial(args, RATES, x.rank)].flat();
  if (rates.some((rate) => rate !== 1)) return spacedPooling(x, args, rates);
  // Unlike other functions, this one goes on by single elements.
  const steps = STRIDES.some((name) => args.raw(name) !== null) ? args : args.with({ strides: 1 });
  const kind = args.text('pooling_type', 'MAX') === 'AVG' ? averagePooling : maxPooling;
  return pooling(kind)(x, steps);
};

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
    ['nn.atrous_conv2d_transpose', atrousTransposed],
    ['nn.conv_transpose', transposed],
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
