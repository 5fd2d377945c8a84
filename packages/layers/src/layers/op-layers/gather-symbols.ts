import * as tf from '@tensorflow/tfjs-core';
import { concreteSizes } from './shape-values.ts';
import {
  type SymbolArgs,
  type SymbolFunction,
  sizesIn,
  toOperand,
  toOperands,
} from './symbol-args.ts';

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
  return tf.gather(toOperand(tables[0]), indicesOf(args, 'ids'));
}

function oneHot(input: unknown, args: SymbolArgs): tf.Tensor {
  const indices = tf.cast(toOperand(input), 'int32');
  const depth = args.number('depth', 0);
  const hot = tf.oneHot(indices, depth, args.number('on_value', 1), args.number('off_value', 0));
  const axis = args.number('axis', -1);
  const encoded = tf.cast(hot, 'float32');
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
  return tf.less(tf.range(0, longest, 1, 'int32'), lengths);
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
  const added = tf.scatterND(indicesOf(args, 'indices'), updates, x.shape);
  return sign === 1 ? tf.add(x, added) : tf.sub(x, added);
}

function segmentSum(input: unknown, args: SymbolArgs): tf.Tensor {
  const segments = indicesOf(args, 'segment_ids');
  const given = args.raw('num_segments');
  const [last = -1] = given === null ? args.sizes('segment_ids').slice(-1) : [];
  const [found = 0] = concreteSizes([last === null ? null : last + 1]);
  const count = given === null ? found : args.number('num_segments', 0);
  return tf.unsortedSegmentSum(toOperand(input), segments as tf.Tensor1D, count);
}

function bincount(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = tf.cast(toOperand(input), 'int32');
  const flat = tf.reshape(x, [x.size]) as tf.Tensor1D;
  const [top = -1] = sizesIn(tf.max(flat), 'maximum');
  const [largest = 0] = concreteSizes([top === null ? null : top + 1]);
  const size = Math.max(largest, args.number('minlength', 0));
  return tf.cast(tf.bincount(flat, tf.tensor1d([]), size), 'int32');
}

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
    ['math.segment_sum', segmentSum],
    ['math.unsorted_segment_sum', segmentSum],
    ['math.bincount', bincount],
    ['math.accumulate_n', (input) => tf.addN(toOperands(input))],
  ];
}
