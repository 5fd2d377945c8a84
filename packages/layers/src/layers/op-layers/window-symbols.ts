import { type DataFormat, extractPatches } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOp, typeAttr } from './op-call.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const samePadding = (args: SymbolArgs): 'same' | 'valid' =>
  args.text('padding', 'VALID').toUpperCase() === 'SAME' ? 'same' : 'valid';

const inner = (args: SymbolArgs, name: string): [number, number] => {
  const list = args.raw(name) === null ? [1] : args.numbers(name);
  const [first = 1, second = first] = list.length === 4 ? list.slice(1, 3) : list;
  return [first, second];
};

/** The largest elements of windows, and where they lie in the flattened image or batch. */
const maxWithPlaces: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [sizes, strides] = [inner(args, 'ksize'), inner(args, 'strides')];
  const padding = samePadding(args).toUpperCase();
  const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
  const lengthOf = (length: number, size: number, step: number): number =>
    padding === 'SAME' ? Math.ceil(length / step) : Math.ceil((length - size + 1) / step);
  const shape = [
    batch,
    lengthOf(rows, sizes[0], strides[0]),
    lengthOf(columns, sizes[1], strides[1]),
    channels,
  ];
  const list = (values: readonly number[]): { list: { i: bigint[] } } => ({
    list: { i: [1, ...values, 1].map(BigInt) },
  });
  return callOp({
    op: 'MaxPoolWithArgmax',
    inputs: [x],
    attrs: {
      T: typeAttr('float32'),
      Targmax: typeAttr('int64'),
      ksize: list(sizes),
      strides: list(strides),
      padding: { s: new TextEncoder().encode(padding) },
      include_batch_in_index: { b: args.flag('include_batch_in_index') },
    },
    outputs: [
      { shape, dtype: 'float32' },
      { shape, dtype: 'int32' },
    ],
  });
};

/** Slides a filter over images and takes the largest sum. Equals `tf.nn.dilation2d`. */
function dilate(x: tf.Tensor, filter: tf.Tensor, args: SymbolArgs): tf.Tensor {
  const [height = 1, width = 1, channels = 1] = filter.shape;
  const rates = inner(args, args.raw('dilations') === null ? 'rates' : 'dilations');
  const strides = inner(args, 'strides');
  // A number so small that it never is the largest fills up the border.
  const same = samePadding(args) === 'same';
  const padded = same ? padLow(x, [height, width], strides, rates) : x;
  const sizes = [height, width];
  const patches = extractPatches(padded, { sizes, strides, rates, padding: 'valid' });
  const [batch = 1, rows = 1, columns = 1] = patches.shape;
  const windows = tf.reshape(patches, [batch, rows, columns, height * width, channels]);
  return tf.max(tf.add(windows, tf.reshape(filter, [height * width, channels])), 3);
}

const LOW = -1e30;

function padLow(
  x: tf.Tensor,
  sizes: readonly [number, number],
  strides: readonly [number, number],
  rates: readonly [number, number],
): tf.Tensor {
  const pads = sizes.map((size, i): [number, number] => {
    const length = x.shape[i + 1] ?? 1;
    const step = strides[i] ?? 1;
    const reach = (size - 1) * (rates[i] ?? 1) + 1;
    const missing = Math.max((Math.ceil(length / step) - 1) * step + reach - length, 0);
    return [Math.floor(missing / 2), missing - Math.floor(missing / 2)];
  });
  return tf.pad(x, [[0, 0], ...pads, [0, 0]], LOW);
}

const erode: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const kernel = args.tensor(args.raw('kernel') === null ? 'filters' : 'kernel', x);
  return tf.neg(dilate(tf.neg(x), tf.reverse(kernel, [0, 1]), args));
};

const formatOf = (args: SymbolArgs): DataFormat =>
  args.text('data_format', 'NHWC').startsWith('NC') ? 'channels_first' : 'channels_last';

/** Normalises the channels of a batch; returns the result, the means and the variances. */
const fusedBatchNorm: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [scale, offset] = [args.tensor('scale', x), args.tensor('offset', x)];
  const epsilon = args.number('epsilon', 1e-3);
  const first = formatOf(args) === 'channels_first';
  const axis = first ? 1 : x.rank - 1;
  if (args.raw('is_training') === false) {
    const [mean, variance] = [args.tensor('mean', x), args.tensor('variance', x)];
    const wide = (y: tf.Tensor): tf.Tensor =>
      first ? tf.reshape(y, [y.size, ...new Array<number>(x.rank - 2).fill(1)]) : y;
    const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale);
    const moved = tf.sub(offset, tf.mul(mean, factor));
    return [tf.add(tf.mul(x, wide(factor)), wide(moved)), mean, variance];
  }
  const axes = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const mean = tf.mean(x, axes, true);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes, true);
  const wide = (y: tf.Tensor): tf.Tensor => tf.reshape(y, mean.shape);
  const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), wide(scale));
  const value = tf.add(tf.mul(tf.sub(x, mean), factor), wide(offset));
  const count = axes.reduce((all, each) => all * (x.shape[each] ?? 1), 1);
  const unbiased = tf.mul(variance, count / Math.max(count - 1, 1));
  return [value, tf.reshape(mean, [-1]), tf.reshape(unbiased, [-1])];
};

/** Mean and variance along axes, with a weight for each element. */
const weightedMoments: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const given = args.tensor('frequency_weights', x);
  const axes = args.axes('axes');
  const keep = args.flag('keepdims') || args.flag('keep_dims');
  const weights = tf.add(given, tf.zerosLike(x));
  const total = tf.sum(weights, axes, true);
  const mean = tf.div(tf.sum(tf.mul(weights, x), axes, true), total);
  const spread = tf.mul(weights, tf.squaredDifference(x, mean));
  const variance = tf.div(tf.sum(spread, axes, true), total);
  const flat = axes === undefined ? undefined : [axes].flat();
  return keep ? [mean, variance] : [tf.squeeze(mean, flat), tf.squeeze(variance, flat)];
};

/** Number, sum and sum of squares along axes. */
const sufficientStatistics: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const axes = [args.axes('axes') ?? []].flat();
  const keep = args.flag('keepdims') || args.flag('keep_dims');
  const count = axes.reduce((all, axis) => all * (x.shape.at(axis) ?? 1), 1);
  const shift = args.raw('shift');
  const moved = shift === null ? x : tf.sub(x, args.tensor('shift', x));
  const sums = [tf.scalar(count), tf.sum(moved, axes, keep), tf.sum(tf.square(moved), axes, keep)];
  return shift === null ? sums : [...sums, args.tensor('shift', x)];
};

/** Mean and variance from what {@link sufficientStatistics} gives. */
const normalizedMoments: SymbolFunction = (input, args) => {
  const count = toOperand(input);
  const [sum, squares] = [args.tensor('mean_ss'), args.tensor('variance_ss')];
  const shift = args.raw('shift');
  const shifted = tf.div(sum, count);
  const mean = shift === null ? shifted : tf.add(shifted, args.tensor('shift', shifted));
  return [mean, tf.sub(tf.div(squares, count), tf.square(shifted))];
};

/** Returns further functions of `tf.nn` on windows and statistics, by their names without `tf.`. */
export function windowSymbols(): readonly Entry[] {
  return [
    ['nn.max_pool_with_argmax', maxWithPlaces],
    [
      'nn.dilation2d',
      (input, args) => {
        const x = toOperand(input);
        return dilate(x, args.tensor(args.raw('filters') === null ? 'filter' : 'filters', x), args);
      },
    ],
    ['nn.erosion2d', erode],
    ['nn.fused_batch_norm', fusedBatchNorm],
    ['nn.weighted_moments', weightedMoments],
    ['nn.sufficient_statistics', sufficientStatistics],
    ['nn.normalize_moments', normalizedMoments],
  ];
}
