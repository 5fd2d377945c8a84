import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOneOp, callOp, intAttr, type OpOutput, standIn, typeAttr } from './op-call.ts';
import { concreteSizes } from './shape-values.ts';
import {
  numbersIn,
  type SymbolArgs,
  type SymbolFunction,
  sizesIn,
  toOperand,
} from './symbol-args.ts';
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const whole = (value: unknown): tf.Tensor => tf.cast(toOperand(value), 'int32');

/** A function of the bits of whole numbers. */
const onBits =
  (op: string): SymbolFunction =>
  (input, args) => {
    const inputs = [whole(input), whole(args.raw('y'))] as const;
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(inputs[0].shape, inputs[1].shape);
    const attrs = { T: typeAttr('int32') };
    return callOneOp({ op, inputs, attrs, outputs: [{ shape, dtype: 'int32' }] });
  };

const invert: SymbolFunction = (input) => {
  const x = toOperand(input);
  return x.dtype === 'bool' ? tf.logicalNot(x) : tf.sub(tf.neg(whole(x)), tf.scalar(1, 'int32'));
};

const truncated = (x: tf.Tensor): tf.Tensor => tf.mul(tf.sign(x), tf.floor(tf.abs(x)));

function truncateDivide(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const y = args.tensor('y', x);
  if (x.dtype === 'float32') return truncated(tf.div(x, y));
  const quotient = tf.floorDiv(tf.abs(x), tf.abs(y));
  return tf.mul(quotient, tf.mul(tf.sign(x), tf.sign(y)));
}

/** The remainder with the sign of the dividend. */
function truncateMod(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const y = args.tensor('y', x);
  return tf.sub(x, tf.mul(truncateDivide(x, args), y));
}

/** Different elements in the order in which they appear, and for each element which one it is. */
function unique(input: unknown, counted: boolean): tf.Tensor[] {
  const x = toOperand(input);
  const type = x.dtype as 'int32' | 'float32';
  const found: OpOutput = { shape: [null], dtype: x.dtype };
  const outputs: OpOutput[] = [found, { shape: x.shape, dtype: 'int32' }];
  if (counted) outputs.push({ shape: [null], dtype: 'int32' });
  const attrs = { T: typeAttr(type), out_idx: typeAttr('int32') };
  return callOp({ op: counted ? 'UniqueWithCounts' : 'Unique', inputs: [x], attrs, outputs });
}

function partition(input: unknown, args: SymbolArgs): tf.Tensor[] {
  const x = toOperand(input);
  const groups = whole(args.raw('partitions'));
  const count = args.number('num_partitions', 1);
  const rest = x.shape.slice(groups.rank);
  if (isTracing()) {
    const output: OpOutput = { shape: [null, ...rest], dtype: x.dtype };
    return callOp({
      op: 'DynamicPartition',
      inputs: [x, groups],
      attrs: { num_partitions: intAttr(count) },
      outputs: Array.from({ length: count }, () => output),
    });
  }
  if (onlyShapes()) {
    return Array.from({ length: count }, () =>
      standIn([...concreteSizes([null]), ...rest], x.dtype),
    );
  }
  const flat = tf.reshape(x, [groups.size, ...rest]);
  const numbers = Array.from(groups.dataSync());
  return Array.from({ length: count }, (_, group) => {
    const own = numbers.flatMap((number, i) => (number === group ? [i] : []));
    return tf.gather(flat, tf.tensor1d(own, 'int32'));
  });
}

/** Puts slices into the places that lists of indices tell; later ones replace earlier ones. */
function stitch(input: unknown, args: SymbolArgs): tf.Tensor {
  const data = [args.raw('data')].flat().map((each) => toOperand(each));
  const lists = indexLists(input, data.length);
  const rank = rankOf(lists[0]);
  const rest = data[0]?.shape.slice(rank) ?? [];
  const type = data[0]?.dtype ?? 'float32';
  const isKnown = !lists.flat().some((each) => each instanceof tf.Tensor);
  const known = isKnown ? sizeFor(numbersIn(lists, 'indices')) : null;
  if (isTracing()) {
    const outputs: OpOutput[] = [{ shape: [known, ...rest], dtype: type }];
    return callOneOp({ op: 'DynamicStitch', inputs: [lists.map(whole), data], outputs });
  }
  // Without values, an open axis need not have the length of its indices.
  if (onlyShapes()) return standIn([...concreteSizes([known]), ...rest], type);
  const order = numbersIn(lists, 'indices');
  const rows = data.map((each) => tf.reshape(each, [-1, ...rest]));
  const sources = Array.from({ length: sizeFor(order) }, (_, place) => order.lastIndexOf(place));
  return tf.gather(tf.concat(rows, 0), tf.tensor1d(sources, 'int32'));
}

/** Lists of indices, which equally long constants come as the rows of. */
function indexLists(input: unknown, count: number): readonly unknown[] {
  if (!(input instanceof tf.Tensor)) return [input].flat(1) as unknown[];
  return count > 1 ? tf.unstack(input) : [input];
}

const sizeFor = (places: readonly number[]): number =>
  places.reduce((top, place) => Math.max(top, place + 1), 0);

function rankOf(value: unknown): number {
  if (value instanceof tf.Tensor) return value.rank;
  return Array.isArray(value) ? 1 + rankOf(value[0]) : 0;
}

/** Number of the bin of equal width for each element; what lies outside counts for the outermost bins. */
function bins(x: tf.Tensor, args: SymbolArgs): tf.Tensor {
  const [low = 0, high = 1] = args.numbers('value_range');
  const count = args.number('nbins', 100);
  const scaled = tf.mul(tf.div(tf.sub(tf.cast(x, 'float32'), low), high - low), count);
  return tf.cast(tf.clipByValue(tf.floor(scaled), 0, count - 1), 'int32');
}

function histogram(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const places = tf.reshape(bins(x, args), [x.size]) as tf.Tensor1D;
  const count = args.number('nbins', 100);
  return tf.unsortedSegmentSum(tf.onesLike(places), places, count);
}

/** Coordinates of places in a tensor that is counted row by row: one row for each axis. */
function unravel(input: unknown, args: SymbolArgs): tf.Tensor {
  const places = whole(input);
  const dims = args.numbers('dims');
  let left = places;
  const coordinates = [...dims].reverse().map((size) => {
    const divisor = tf.scalar(size, 'int32');
    const coordinate = tf.mod(left, divisor);
    left = tf.floorDiv(left, divisor);
    return coordinate;
  });
  return tf.stack(coordinates.reverse());
}

/** Counts which classes were taken for which: one row for each true class. */
function confusionMatrix(input: unknown, args: SymbolArgs): tf.Tensor {
  const labels = whole(input);
  const predictions = whole(args.raw('predictions'));
  const largest = tf.max(tf.maximum(labels, predictions));
  const given = args.raw('num_classes');
  const [top = 0] =
    given === null ? sizesIn(largest, 'classes') : [args.number('num_classes', 1) - 1];
  const [count = 0] = concreteSizes([top === null ? null : top + 1]);
  const cells = tf.add(tf.mul(labels, tf.scalar(count, 'int32')), predictions);
  const weights = args.raw('weights') === null ? tf.onesLike(cells) : args.tensor('weights');
  const sums = tf.unsortedSegmentSum(
    tf.reshape(weights, [cells.size]),
    tf.reshape(cells, [cells.size]) as tf.Tensor1D,
    count * count,
  );
  const whole32 = args.text('dtype', 'int32').startsWith('int') ? 'int32' : 'float32';
  return tf.cast(tf.reshape(sums, [count, count]), whole32);
}

function invertPermutation(input: unknown): tf.Tensor {
  const x = whole(input);
  const [size = 0] = x.shape;
  return tf.scatterND(tf.reshape(x, [size, 1]), tf.range(0, size, 1, 'int32'), [size]);
}

/** Whether each element is at least the one before, or larger. */
const rising =
  (compare: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): SymbolFunction =>
  (input) => {
    const x = toOperand(input);
    const flat = tf.reshape(x, [x.size]);
    return tf.all(compare(tf.slice(flat, 1), tf.slice(flat, 0, Math.max(x.size - 1, 0))));
  };

/** Reads the bits of a type as another one. */
const bitcast: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const from = x.dtype === 'float32' ? 'float32' : 'int32';
  const type = args.text('type', 'int32') as 'int32';
  const dtype = type.startsWith('float') ? 'float32' : 'int32';
  const attrs = { T: typeAttr(from), type: typeAttr(type) };
  return callOneOp({ op: 'Bitcast', inputs: [x], attrs, outputs: [{ shape: x.shape, dtype }] });
};

/** Returns the functions of whole numbers and sets of them, by their names without `tf.`. */
export function integerSymbols(): readonly Entry[] {
  return [
    ['bitwise.bitwise_and', onBits('BitwiseAnd')],
    ['bitwise.bitwise_or', onBits('BitwiseOr')],
    ['bitwise.bitwise_xor', onBits('BitwiseXor')],
    ['bitwise.left_shift', onBits('LeftShift')],
    ['bitwise.right_shift', onBits('RightShift')],
    ['bitwise.invert', invert],
    ['truncatediv', truncateDivide],
    ['truncatemod', truncateMod],
    ['realdiv', (input, args) => tf.div(toOperand(input), args.tensor('y', toOperand(input)))],
    ['unique', (input) => unique(input, false)],
    ['unique_with_counts', (input) => unique(input, true)],
    ['dynamic_partition', partition],
    ['dynamic_stitch', stitch],
    ['histogram_fixed_width', histogram],
    ['histogram_fixed_width_bins', (input, args) => bins(toOperand(input), args)],
    ['unravel_index', unravel],
    ['math.confusion_matrix', confusionMatrix],
    ['math.invert_permutation', invertPermutation],
    ['math.is_non_decreasing', rising(tf.greaterEqual)],
    ['math.is_strictly_increasing', rising(tf.greater)],
    ['bitcast', bitcast],
    ['identity_n', (input) => [input].flat().map((each) => tf.clone(toOperand(each)))],
    [
      'shape_n',
      (input) => [input].flat().map((each) => tf.tensor1d(toOperand(each).shape, 'int32')),
    ],
  ];
}
