import * as tf from '@tensorflow/tfjs-core';
import { dtypeOf } from './dtype-symbols.ts';
import { concreteSizes, reshapeTarget } from './shape-values.ts';
import type { SymbolArgs, SymbolFunction } from './symbol-args.ts';
import { sizesIn, toOperand, toOperands } from './symbol-args.ts';
import { lacksValues, onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

function pad(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const given = args.raw('paddings');
  const pairs = (given instanceof tf.Tensor ? given.arraySync() : given) as [number, number][];
  const mode = args.text('mode', 'CONSTANT').toUpperCase();
  if (mode === 'CONSTANT') return tf.pad(x, pairs, args.number('constant_values', 0));
  return tf.mirrorPad(x, pairs, mode === 'REFLECT' ? 'reflect' : 'symmetric');
}

function split(input: unknown, args: SymbolArgs): tf.Tensor[] {
  const x = toOperand(input);
  const axis = args.number('axis', 0);
  const sizes = args.raw('num_or_size_splits');
  if (typeof sizes === 'number') return tf.split(x, sizes, axis);
  const list = args.numbers('num_or_size_splits');
  const total = x.shape.at(axis) ?? 0;
  const known = list.reduce((sum, n) => sum + Math.max(n, 0), 0);
  return tf.split(
    x,
    list.map((n) => (n < 0 ? total - known : n)),
    axis,
  );
}

function repeat(input: unknown, args: SymbolArgs): tf.Tensor {
  const axis = args.raw('axis');
  const x = toOperand(input);
  const flat = typeof axis === 'number' ? x : tf.reshape(x, [x.size]);
  const along = typeof axis === 'number' ? (axis < 0 ? axis + flat.rank : axis) : 0;
  const size = flat.shape[along] ?? 0;
  const given = args.raw('repeats');
  const counts =
    typeof given === 'number' ? new Array<number>(size).fill(given) : args.numbers('repeats');
  const indices = counts.flatMap((count, i) => new Array<number>(count).fill(i));
  return tf.gather(flat, tf.tensor1d(indices, 'int32'), along);
}

function squeeze(input: unknown, args: SymbolArgs): tf.Tensor {
  const axes = args.axes();
  return tf.squeeze(toOperand(input), axes === undefined ? undefined : [axes].flat());
}

/** Returns the functions that move, join and cut tensors, by their names without `tf.`. */
export function arraySymbols(): readonly Entry[] {
  const like =
    (fn: (x: tf.Tensor) => tf.Tensor): SymbolFunction =>
    (input, args) => {
      const x = toOperand(input);
      return tf.cast(fn(x), dtypeOf(args.raw('dtype'), x.dtype));
    };
  return [
    ['broadcast_to', broadcastTo],
    ['concat', (input, args) => tf.concat(toOperands(input), args.number('axis', 0))],
    ['expand_dims', (input, args) => tf.expandDims(toOperand(input), args.number('axis', 0))],
    ...[
      'identity',
      'convert_to_tensor',
      'stop_gradient',
      'ensure_shape',
      'guarantee_const',
      'keras.backend.print_tensor',
      'debugging.check_numerics',
      'debugging.assert_all_finite',
    ].map((name): Entry => [name, passed]),
    ['fill', (input, args) => filled(input, args.raw('value'), 'float32')],
    ['ones', (input, args) => filled(input, 1, dtypeOf(args.raw('dtype')))],
    ['zeros', (input, args) => filled(input, 0, dtypeOf(args.raw('dtype')))],
    ['range', range],
    ['rank', (input) => tf.scalar(toOperand(input).rank, 'int32')],
    ['size', (input) => tf.scalar(toOperand(input).size, 'int32')],
    ['strided_slice', stridedSlice],
    ['space_to_batch_nd', spaceToBatch],
    ['batch_to_space_nd', batchToSpace],
    ['keras.backend.batch_flatten', (input) => flattened(toOperand(input))],
    ['ones_like', like((x) => tf.onesLike(x))],
    ['pad', pad],
    ['repeat', repeat],
    ['reshape', reshape],
    ['reverse', (input, args) => tf.reverse(toOperand(input), args.axes())],
    ['shape', (input) => tf.tensor1d(toOperand(input).shape, 'int32')],
    [
      'slice',
      (input, args) => tf.slice(toOperand(input), args.numbers('begin'), args.numbers('size')),
    ],
    ['split', split],
    ['squeeze', squeeze],
    ['stack', (input, args) => tf.stack(toOperands(input), args.number('axis', 0))],
    ['tile', tile],
    ['transpose', transpose],
    ['unstack', (input, args) => tf.unstack(toOperand(input), args.number('axis', 0))],
    ['zeros_like', like((x) => tf.zerosLike(x))],
  ];
}

function transpose(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const perm = args.raw('perm');
  return perm === null ? tf.transpose(x) : tf.transpose(x, args.numbers('perm'));
}

/** Passes a tensor on; constants become tensors. */
function passed(input: unknown): tf.Tensor {
  const x = Array.isArray(input) && input.some((each) => each instanceof tf.Tensor) ? null : input;
  return x === null ? tf.stack(toOperands(input)) : tf.clone(toOperand(x));
}

function reshape(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const sizes = args.sizes('shape');
  const open = sizes.every((size) => size === null) && sizes.length > x.rank;
  // Nothing tells which axis was cut into several.
  if (open && lacksValues('A reshaping to computed lengths'))
    return tf.fill(concreteSizes(sizes), 0, x.dtype as 'float32');
  return tf.reshape(x, reshapeTarget(x, sizes));
}

function broadcastTo(input: unknown, args: SymbolArgs): tf.Tensor {
  const shape = concreteSizes(args.sizes('shape'));
  const x = toOperand(input);
  // Without values, an open axis of the input need not have the length that it is going to have.
  return onlyShapes() ? tf.fill(shape, 0, x.dtype as 'float32') : tf.broadcastTo(x, shape);
}

function tile(input: unknown, args: SymbolArgs): tf.Tensor {
  return tf.tile(toOperand(input), concreteSizes(args.sizes('multiples')));
}

function filled(shape: unknown, value: unknown, dtype: tf.DataType): tf.Tensor {
  const sizes = concreteSizes(sizesIn(shape, 'shape'));
  const given = value instanceof tf.Tensor ? value : null;
  if (given !== null) return tf.broadcastTo(given, sizes);
  return tf.fill(sizes, Number(value), dtype as 'float32');
}

function range(input: unknown, args: SymbolArgs): tf.Tensor {
  const end = args.raw('limit');
  const [first = 0] = sizesIn(input, 'start');
  const [limit = 0] = end === null ? [first] : sizesIn(end, 'limit');
  const [start, stop] = end === null ? [0, limit] : [first, limit];
  const size = concreteSizes([start, stop]);
  const whole = args.text('dtype', 'int32') === 'float32' ? 'float32' : 'int32';
  return tf.range(size[0] ?? 0, size[1] ?? 0, args.number('delta', 1), whole);
}

function stridedSlice(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const begin = args.numbers('begin');
  const strides = args.raw('strides') === null ? begin.map(() => 1) : args.numbers('strides');
  const masks = ['begin', 'end', 'ellipsis', 'new_axis', 'shrink_axis'] as const;
  const [first = 0, last = 0, rest = 0, added = 0, gone = 0] = masks.map((name) =>
    args.number(`${name}_mask`, 0),
  );
  return tf.stridedSlice(x, begin, args.numbers('end'), strides, first, last, rest, added, gone);
}

function pairsOf(value: unknown): number[][] {
  return (value instanceof tf.Tensor ? value.arraySync() : value) as number[][];
}

function spaceToBatch(input: unknown, args: SymbolArgs): tf.Tensor {
  const blocks = args.numbers('block_shape');
  return tf.spaceToBatchND(toOperand(input), blocks, pairsOf(args.raw('paddings')));
}

function batchToSpace(input: unknown, args: SymbolArgs): tf.Tensor {
  const blocks = args.numbers('block_shape');
  const x = toOperand(input);
  const count = blocks.reduce((a, b) => a * b, 1);
  // Without values, the length of an open batch need not be divisible.
  const fits = !onlyShapes() || (x.shape[0] ?? 0) % count === 0;
  const divisible = fits ? x : tf.tile(x, [count, ...x.shape.slice(1).map(() => 1)]);
  return tf.batchToSpaceND(divisible, blocks, pairsOf(args.raw('crops')));
}

function flattened(x: tf.Tensor): tf.Tensor {
  const [batch = 1, ...rest] = x.shape;
  return tf.reshape(x, [batch, tf.util.sizeFromShape(rest)]);
}
