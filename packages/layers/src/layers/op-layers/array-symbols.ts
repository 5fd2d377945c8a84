import * as tf from '@tensorflow/tfjs-core';
import type { SymbolArgs, SymbolFunction } from './symbol-args.ts';
import { toOperand, toOperands } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const DTYPES: ReadonlyMap<string, tf.DataType> = new Map([
  ['bool', 'bool'],
  ['int8', 'int32'],
  ['int16', 'int32'],
  ['int32', 'int32'],
  ['int64', 'int32'],
  ['uint8', 'int32'],
]);

/** Returns the dtype in which tfjs computes a dtype of TensorFlow. */
function dtypeOf(value: unknown, fallback: tf.DataType = 'float32'): tf.DataType {
  if (typeof value !== 'string') return fallback;
  return DTYPES.get(value) ?? (/float/.test(value) ? 'float32' : fallback);
}

function cast(input: unknown, args: SymbolArgs): tf.Tensor {
  const dtype = dtypeOf(args.raw('dtype'));
  const x = toOperand(input);
  // Backends disagree on casts of small numbers to truth values.
  return dtype === 'bool' ? tf.notEqual(x, 0) : tf.cast(x, dtype);
}

function gather(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const indices = tf.cast(args.tensor('indices'), 'int32');
  const batch = args.number('batch_dims', 0);
  return tf.gather(x, indices, args.number('axis', batch), batch);
}

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

function where(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = args.tensor('x');
  const y = args.tensor('y', x);
  const shape = tf.broadcastTo(tf.cast(toOperand(input), 'bool'), tf.add(x, y).shape);
  return tf.where(shape, tf.add(x, tf.zerosLike(y)), tf.add(y, tf.zerosLike(x)));
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
    ['broadcast_to', (input, args) => tf.broadcastTo(toOperand(input), args.numbers('shape'))],
    ['cast', cast],
    ['concat', (input, args) => tf.concat(toOperands(input), args.number('axis', 0))],
    ['expand_dims', (input, args) => tf.expandDims(toOperand(input), args.number('axis', 0))],
    ['gather', gather],
    ['identity', (input) => tf.clone(toOperand(input))],
    ['ones_like', like((x) => tf.onesLike(x))],
    ['one_hot', oneHot],
    ['pad', pad],
    ['repeat', repeat],
    ['reshape', (input, args) => tf.reshape(toOperand(input), args.numbers('shape'))],
    ['reverse', (input, args) => tf.reverse(toOperand(input), args.axes())],
    ['shape', (input) => tf.tensor1d(toOperand(input).shape, 'int32')],
    [
      'slice',
      (input, args) => tf.slice(toOperand(input), args.numbers('begin'), args.numbers('size')),
    ],
    ['split', split],
    ['squeeze', squeeze],
    ['stack', (input, args) => tf.stack(toOperands(input), args.number('axis', 0))],
    ['tile', (input, args) => tf.tile(toOperand(input), args.numbers('multiples'))],
    ['transpose', transpose],
    ['unstack', (input, args) => tf.unstack(toOperand(input), args.number('axis', 0))],
    ['where', where],
    ['zeros_like', like((x) => tf.zerosLike(x))],
  ];
}

function oneHot(input: unknown, args: SymbolArgs): tf.Tensor {
  const on = args.number('on_value', 1);
  const off = args.number('off_value', 0);
  const depth = args.number('depth', 0);
  return tf.cast(tf.oneHot(tf.cast(toOperand(input), 'int32'), depth, on, off), 'float32');
}

function transpose(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const perm = args.raw('perm');
  return perm === null ? tf.transpose(x) : tf.transpose(x, args.numbers('perm'));
}
