import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { dtypeOf } from './dtype-symbols.ts';
import { boolAttr, callOneOp } from './op-call.ts';
import { concreteSizes } from './shape-values.ts';
import {
  type SymbolArgs,
  type SymbolFunction,
  sizesIn,
  toOperand,
  toOperands,
} from './symbol-args.ts';
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const indicesOf = (args: SymbolArgs, name: string): tf.Tensor =>
  tf.cast(args.tensor(name), 'int32');

function gather(input: unknown, args: SymbolArgs): tf.Tensor {
  const batch = args.number('batch_dims', 0);
  const x = toOperand(input);
  return tf.gather(x, indicesOf(args, 'indices'), args.number('axis', batch), batch);
}

/** Takes slices at positions that are lists of indices, sample by sample with `batch_dims`. */
function gatherNd(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const indices = indicesOf(args, 'indices');
  const batch = args.number('batch_dims', 0);
  if (batch === 0) return tf.gatherND(x, indices);
  if (batch > 1) throw new RangeError('tf.gather_nd is known with at most one batch axis.');
  const parts = tf.unstack(x).map((each, i) => {
    const own = tf.squeeze(tf.slice(indices, i, 1), [0]);
    return tf.gatherND(each, own);
  });
  return tf.stack(parts);
}

function embeddingLookup(input: unknown, args: SymbolArgs): tf.Tensor {
  const tables = Array.isArray(input) && input[0] instanceof tf.Tensor ? input : [input];
  if (tables.length > 1) throw new RangeError('tf.nn.embedding_lookup is known with one table.');
  const rows = tf.gather(toOperand(tables[0]), indicesOf(args, 'ids'));
  if (args.raw('max_norm') === null) return rows;
  const axes = rows.shape.map((_, axis) => axis).slice(args.tensor('ids').rank);
  const length = tf.sqrt(tf.sum(tf.square(rows), axes, true));
  const bound = args.tensor('max_norm', rows);
  return tf.div(tf.mul(rows, bound), tf.maximum(length, bound));
}

function oneHot(input: unknown, args: SymbolArgs): tf.Tensor {
  const indices = tf.cast(toOperand(input), 'int32');
  const depth = args.number('depth', 0);
  const hot = tf.oneHot(indices, depth, args.number('on_value', 1), args.number('off_value', 0));
  const axis = args.number('axis', -1);
  const encoded = tf.cast(hot, dtypeOf(args.raw('dtype')));
  return axis === -1 || axis === indices.rank ? encoded : lastAxisTo(encoded, axis);
}

/** Moves the last axis to another place. */
function lastAxisTo(x: tf.Tensor, place: number): tf.Tensor {
  const others = Array.from({ length: x.rank - 1 }, (_, i) => i);
  return tf.transpose(x, [...others.slice(0, place), x.rank - 1, ...others.slice(place)]);
}

function topK(input: unknown, args: SymbolArgs): tf.Tensor[] {
  const { values, indices } = tf.topk(toOperand(input), args.number('k', 1), true);
  return [values, indices];
}

/** Sorts along an axis; returns values and positions. */
function sorted(input: unknown, args: SymbolArgs): { values: tf.Tensor; indices: tf.Tensor } {
  const x = toOperand(input);
  const given = args.number('axis', -1);
  const axis = given < 0 ? given + x.rank : given;
  const down = args.text('direction', 'ASCENDING').toUpperCase() === 'DESCENDING';
  const order = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== axis);
  const turned = axis === x.rank - 1 ? x : tf.transpose(x, [...order, axis]);
  const sign = (y: tf.Tensor): tf.Tensor => (down ? y : tf.neg(y));
  const found = tf.topk(sign(turned), turned.shape.at(-1) ?? 0, true);
  const back = (y: tf.Tensor): tf.Tensor => (axis === x.rank - 1 ? y : lastAxisTo(y, axis));
  return { values: back(sign(found.values)), indices: back(found.indices) };
}

function inTopK(predictions: tf.Tensor, targets: tf.Tensor, k: number): tf.Tensor {
  const rows = predictions.shape[0] ?? 0;
  const places = tf.stack([tf.range(0, rows, 1, 'int32'), tf.cast(targets, 'int32')], 1);
  const own = tf.reshape(tf.gatherND(predictions, places), [rows, 1]);
  const larger = tf.sum(tf.cast(tf.greater(predictions, own), 'int32'), 1);
  return tf.less(larger, k);
}

function sequenceMask(input: unknown, args: SymbolArgs): tf.Tensor {
  const lengths = tf.expandDims(tf.cast(toOperand(input), 'int32'), -1);
  const given = args.raw('maxlen');
  const [longest = 0] = concreteSizes(sizesIn(given ?? tf.max(lengths), 'maxlen'));
  const inside = tf.less(tf.range(0, longest, 1, 'int32'), lengths);
  return tf.cast(inside, dtypeOf(args.raw('dtype'), 'bool'));
}

function reverseSequence(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const axis = args.number('seq_axis', 1);
  if (axis !== 1 || args.number('batch_axis', 0) !== 0) {
    throw new RangeError('tf.reverse_sequence is known for the axes 0 and 1.');
  }
  const steps = x.shape[1] ?? 0;
  const lengths = tf.expandDims(indicesOf(args, 'seq_lengths'), 1);
  const place = tf.range(0, steps, 1, 'int32');
  const turned = tf.sub(tf.sub(lengths, 1), place);
  const inside = tf.cast(tf.less(place, lengths), 'int32');
  const from = tf.add(tf.mul(inside, turned), tf.mul(tf.sub(1, inside), place));
  return tf.gather(x, tf.cast(from, 'int32'), 1, 1);
}

function roll(input: unknown, args: SymbolArgs): tf.Tensor {
  const axes = [args.axes() ?? 0].flat();
  const shifts = args.numbers('shift');
  return axes.reduce((x, axis, i) => {
    const size = x.shape.at(axis) ?? 1;
    const by = (((shifts[i] ?? 0) % size) + size) % size;
    if (by === 0) return x;
    const [head, tail] = tf.split(x, [size - by, by], axis);
    return head && tail ? tf.concat([tail, head], axis) : x;
  }, toOperand(input));
}

function scatter(input: unknown, args: SymbolArgs): tf.Tensor {
  const indices = tf.cast(toOperand(input), 'int32');
  return tf.scatterND(indices, args.tensor('updates'), args.numbers('shape'));
}

function addAt(input: unknown, args: SymbolArgs, sign: 1 | -1): tf.Tensor {
  const x = toOperand(input);
  const updates = args.tensor('updates', x);
  // Without values, open axes of updates and indices need not have the same length.
  if (onlyShapes()) return tf.add(x, tf.zerosLike(x));
  const added = tf.scatterND(indicesOf(args, 'indices'), updates, x.shape);
  return sign === 1 ? tf.add(x, added) : tf.sub(x, added);
}

/** Counts whole numbers, or adds up their weights: of all elements, or of each row with `axis`. */
function bincount(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = tf.cast(toOperand(input), 'int32');
  if (isTracing()) return tracedBincount(x, args);
  const [top = -1] = sizesIn(tf.max(x), 'maximum');
  const [largest = 0] = concreteSizes([top === null ? null : top + 1]);
  const longest = args.raw('maxlen') ?? args.raw('maxlength');
  const wanted = Math.max(largest, args.number('minlength', 0));
  const size = typeof longest === 'number' ? Math.min(wanted, longest) : wanted;
  const rows = args.axes() === undefined || x.rank < 2 ? 1 : (x.shape[0] ?? 1);
  const table = tf.reshape(x, [rows, x.size / Math.max(rows, 1)]);
  const weights = args.raw('weights') === null ? null : args.tensor('weights');
  const kept = tf.logicalAnd(tf.less(table, size), tf.greaterEqual(table, 0));
  const ones = weights === null ? tf.onesLike(table) : tf.reshape(weights, table.shape);
  const counted = tf.mul(ones, tf.cast(kept, ones.dtype));
  const first = tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(size, 'int32'));
  const cells = tf.add(tf.mul(table, tf.cast(kept, 'int32')), tf.reshape(first, [rows, 1]));
  const flat = tf.reshape(cells, [x.size]) as tf.Tensor1D;
  const sums = tf.unsortedSegmentSum(tf.reshape(counted, [x.size]), flat, rows * size);
  const found = args.flag('binary_output') ? tf.minimum(sums, tf.onesLike(sums)) : sums;
  const whole = args.text('dtype', 'int32').startsWith('int') && weights === null;
  const typed = tf.cast(found, whole ? 'int32' : 'float32');
  return args.axes() === undefined || x.rank < 2 ? typed : tf.reshape(typed, [rows, size]);
}

/** Writes a count of whole numbers into the function that is being traced. */
function tracedBincount(x: tf.Tensor, args: SymbolArgs): tf.Tensor {
  const byRow = args.axes() !== undefined && x.rank >= 2;
  const numbers = byRow ? tf.reshape(x, [x.shape[0] ?? 1, -1]) : tf.reshape(x, [-1]);
  const bound = (name: string): number | null => {
    const value = args.raw(name);
    return typeof value === 'number' ? value : null;
  };
  const whole = (value: number): tf.Tensor => tf.scalar(value, 'int32');
  const wanted = tf.maximum(tf.add(tf.max(x), whole(1)), whole(bound('minlength') ?? 0));
  const longest = bound('maxlen') ?? bound('maxlength');
  const size = longest === null ? wanted : tf.minimum(wanted, whole(longest));
  const given = args.raw('weights') === null ? null : args.tensor('weights');
  const weights = given === null ? tf.tensor1d([], 'int32') : tf.reshape(given, numbers.shape);
  const found = callOneOp({
    op: 'DenseBincount',
    inputs: [numbers, size, weights],
    attrs: { binary_output: boolAttr(args.flag('binary_output')) },
    outputs: [{ shape: byRow ? [numbers.shape[0] ?? null, null] : [null], dtype: weights.dtype }],
  });
  const isWhole = args.text('dtype', 'int32').startsWith('int') && given === null;
  return tf.cast(found, isWhole ? 'int32' : 'float32');
}

/** The largest or smallest elements of an axis, and their places. */
function approximateTopK(input: unknown, args: SymbolArgs): tf.Tensor[] {
  const x = toOperand(input);
  const largest = args.raw('is_max_k') !== false;
  const axis = args.number('reduction_dimension', -1);
  if (axis !== -1 && axis !== x.rank - 1) {
    throw new RangeError('tf.math.approx_max_k is known for the last axis.');
  }
  const { values, indices } = tf.topk(largest ? x : tf.neg(x), args.number('k', 1), true);
  return [largest ? values : tf.neg(values), indices];
}

/** Replaces elements by updates where these are larger, or smaller. */
const extremeAt =
  (choose: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    const updates = args.tensor('updates', x);
    const places = indicesOf(args, 'indices');
    if (onlyShapes()) return tf.clone(x);
    const rows = tf.reshape(places, [-1, places.shape.at(-1) ?? 1]);
    const slices = tf.reshape(updates, [rows.shape[0] ?? 1, ...x.shape.slice(rows.shape[1] ?? 1)]);
    // One after the other, because several updates may go to one place.
    return tf.unstack(rows).reduce((result, place, i) => {
      const at = tf.expandDims(place, 0);
      const update = tf.slice(slices, [i], [1]);
      return tf.tensorScatterUpdate(result, at, choose(tf.gatherND(result, at), update));
    }, x);
  };

function search(input: unknown, args: SymbolArgs): tf.Tensor {
  const side = args.text('side', 'left') as 'left';
  return tf.searchSorted(toOperand(input), args.tensor('values'), side);
}

/** Returns the functions that take, sort and spread elements by positions, by their names without `tf.`. */
export function gatherSymbols(): readonly Entry[] {
  return [
    ['gather', gather],
    ['gather_nd', gatherNd],
    ['nn.embedding_lookup', embeddingLookup],
    ['one_hot', oneHot],
    ['math.top_k', topK],
    ['sort', (input, args) => sorted(input, args).values],
    ['argsort', (input, args) => sorted(input, args).indices],
    [
      'math.in_top_k',
      (input, args) => inTopK(toOperand(input), args.tensor('targets'), args.number('k', 1)),
    ],
    ['sequence_mask', sequenceMask],
    ['reverse_sequence', reverseSequence],
    ['roll', roll],
    ['searchsorted', search],
    ['scatter_nd', scatter],
    ['tensor_scatter_nd_add', (input, args) => addAt(input, args, 1)],
    ['tensor_scatter_nd_sub', (input, args) => addAt(input, args, -1)],
    [
      'tensor_scatter_nd_update',
      (input, args) => {
        const x = toOperand(input);
        return tf.tensorScatterUpdate(x, indicesOf(args, 'indices'), args.tensor('updates', x));
      },
    ],
    ['approx_top_k', approximateTopK],
    ['tensor_scatter_nd_max', extremeAt(tf.maximum)],
    ['tensor_scatter_nd_min', extremeAt(tf.minimum)],
    ['math.bincount', bincount],
    ['math.accumulate_n', (input) => tf.addN(toOperands(input))],
  ];
}
