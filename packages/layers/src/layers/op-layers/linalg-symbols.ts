import { einsum, matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { singularValues } from './decomposition-ops.ts';
import {
  type SymbolArgs,
  type SymbolFunction,
  toOperand,
  toOperands,
  unary,
} from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Axes = number | number[] | undefined;

const matmul: SymbolFunction = (input, args) => {
  const a = toOperand(input);
  const transposeA = args.flag('transpose_a') || args.flag('adjoint_a');
  const transposeB = args.flag('transpose_b') || args.flag('adjoint_b');
  return matMul(a, args.tensor('b', a), transposeA, transposeB);
};

const matvec: SymbolFunction = (input, args) => {
  const a = toOperand(input);
  const column = tf.expandDims(args.tensor('b', a), -1);
  const transposed = args.flag('transpose_a') || args.flag('adjoint_a');
  return tf.squeeze(matMul(a, column, transposed, false), [-1]);
};

/** Scales vectors to Euclidean norm 1. */
const normalizeVectors: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const squares = tf.sum(tf.square(x), args.axes(), true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, args.number('epsilon', 1e-12))));
};

/** Orders of norms that tfjs computes of vectors. */
const VECTOR_ORDERS: readonly unknown[] = [null, 'euclidean', 'fro', 2];

function vectorNorm(x: tf.Tensor, order: unknown, axes: Axes, keep: boolean): tf.Tensor {
  if (VECTOR_ORDERS.includes(order)) return tf.sqrt(tf.sum(tf.square(x), axes, keep));
  const size = tf.abs(x);
  if (order === Number.POSITIVE_INFINITY) return tf.max(size, axes, keep);
  if (order === 1) return tf.sum(size, axes, keep);
  if (typeof order !== 'number' || order <= 0) {
    throw new RangeError(`tf.norm is not known with ord=${String(order)}.`);
  }
  return tf.pow(tf.sum(tf.pow(size, order), axes, keep), 1 / order);
}

/** Norms of matrices: 1 and infinity sum up columns or rows, 2 is the largest singular value. */
function matrixNorm(
  x: tf.Tensor,
  order: unknown,
  axes: readonly number[],
  keep: boolean,
): tf.Tensor {
  const [row = 0, column = 1] = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
  if (VECTOR_ORDERS.slice(0, 3).includes(order)) return vectorNorm(x, order, [row, column], keep);
  if (order === 1) return tf.max(tf.sum(tf.abs(x), row, true), [row, column], keep);
  if (order === Number.POSITIVE_INFINITY) {
    return tf.max(tf.sum(tf.abs(x), column, true), [row, column], keep);
  }
  if (order !== 2)
    throw new RangeError(`tf.norm of matrices is not known with ord=${String(order)}.`);
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== row && axis !== column);
  const [values = x] = singularValues(tf.transpose(x, [...others, row, column]));
  const largest = tf.max(values, -1);
  return keep
    ? tf.reshape(
        largest,
        x.shape.map((n, axis) => (axis === row || axis === column ? 1 : n)),
      )
    : largest;
}

function normOf(x: tf.Tensor, args: SymbolArgs, keep: boolean): tf.Tensor {
  const given = args.raw('ord');
  const order = given === 'inf' ? Number.POSITIVE_INFINITY : given;
  const axes = args.axes();
  return Array.isArray(axes) && axes.length === 2
    ? matrixNorm(x, order, axes, keep)
    : vectorNorm(x, order, axes, keep);
}

const globalNorm = (list: readonly tf.Tensor[]): tf.Tensor =>
  tf.sqrt(tf.addN(list.map((each) => tf.sum(tf.square(each)))));

/** Scales a list of tensors whose common norm exceeds a bound; returns them, and the norm. */
const clipByGlobalNorm: SymbolFunction = (input, args) => {
  const list = toOperands(input);
  const length = args.raw('use_norm') === null ? globalNorm(list) : args.tensor('use_norm');
  const bound = args.tensor('clip_norm');
  const scale = tf.mul(bound, tf.minimum(tf.reciprocal(length), tf.reciprocal(bound)));
  return [...list.map((each) => tf.mul(each, scale)), length];
};

const norm: SymbolFunction = (input, args) =>
  normOf(toOperand(input), args, args.flag('keepdims') || args.flag('keep_dims'));

/** Divides by the norm; returns the result and the norm. */
const normalize: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const length = normOf(x, args, true);
  return [tf.div(x, length), length];
};

const tensordot: SymbolFunction = (input, args) => {
  const a = toOperand(input);
  const b = args.tensor('b', a);
  const axes = args.raw('axes');
  const count = typeof axes === 'number' ? axes : 0;
  const [left, right] = Array.isArray(axes)
    ? (axes as (number | number[])[]).map((each) => [each].flat())
    : [
        Array.from({ length: count }, (_, i) => a.rank - count + i),
        Array.from({ length: count }, (_, i) => i),
      ];
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const first = [...letters.slice(0, a.rank)];
  const second = [...letters.slice(a.rank, a.rank + b.rank)];
  (left ?? []).forEach((axis, i) => {
    const other = right?.[i] ?? 0;
    second[other < 0 ? other + b.rank : other] = first[axis < 0 ? axis + a.rank : axis] ?? '';
  });
  const shared = new Set(first.filter((label) => second.includes(label)));
  const kept = [...first, ...second].filter((label) => !shared.has(label));
  return einsum(`${first.join('')},${second.join('')}->${kept.join('')}`, a, b);
};

/** Numbers of rows and columns as tensors that broadcast to a matrix. */
function places(x: tf.Tensor): readonly [rows: tf.Tensor, columns: tf.Tensor] {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const down = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
  return [down, tf.range(0, columns, 1, 'int32')];
}

const bandPart: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [rows, columns] = places(x);
  const [lower, upper] = [args.number('num_lower', -1), args.number('num_upper', -1)];
  const below = lower < 0 ? tf.onesLike(rows) : tf.lessEqual(tf.sub(rows, columns), lower);
  const above = upper < 0 ? tf.onesLike(rows) : tf.lessEqual(tf.sub(columns, rows), upper);
  return tf.mul(x, tf.mul(tf.cast(below, x.dtype), tf.cast(above, x.dtype)));
};

const cross: SymbolFunction = (input, args) => {
  const a = toOperand(input);
  const parts = (x: tf.Tensor): tf.Tensor[] => tf.split(x, 3, -1);
  const [a0 = a, a1 = a, a2 = a] = parts(a);
  const [b0 = a, b1 = a, b2 = a] = parts(args.tensor('b', a));
  const minor = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor, s: tf.Tensor): tf.Tensor =>
    tf.sub(tf.mul(p, q), tf.mul(r, s));
  return tf.concat([minor(a1, b2, a2, b1), minor(a2, b0, a0, b2), minor(a0, b1, a1, b0)], -1);
};

const swapped = (x: tf.Tensor): tf.Tensor => {
  const order = Array.from({ length: x.rank }, (_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** Returns the functions of `tf.linalg` and its like by their names without `tf.`. */
export function linalgSymbols(): readonly Entry[] {
  return [
    ['linalg.matmul', matmul],
    ['linalg.matvec', matvec],
    ['linalg.norm', norm],
    ['linalg.global_norm', (input) => globalNorm(toOperands(input))],
    ['clip_by_global_norm', clipByGlobalNorm],
    ['norm', norm],
    ['linalg.normalize', normalize],
    ['math.l2_normalize', normalizeVectors],
    ['linalg.l2_normalize', normalizeVectors],
    ['nn.l2_normalize', normalizeVectors],
    ['tensordot', tensordot],
    ['linalg.tensordot', tensordot],
    ['einsum', (input, args) => einsum(String(input), ...toOperands(args.raw('inputs')))],
    ['linalg.band_part', bandPart],
    ['linalg.cross', cross],
    ['linalg.matrix_transpose', unary(swapped)],
    [
      'linalg.eye',
      (input, args) => tf.eye(Number(input), args.number('num_columns', Number(input))),
    ],
  ];
}
