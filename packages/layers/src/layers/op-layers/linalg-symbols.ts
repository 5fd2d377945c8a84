import { einsum, matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import {
  type SymbolArgs,
  type SymbolFunction,
  toOperand,
  toOperands,
  unary,
} from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

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

function normOf(x: tf.Tensor, args: SymbolArgs, keep: boolean): tf.Tensor {
  const order = args.raw('ord');
  const kind = typeof order === 'number' ? order : 'euclidean';
  return tf.norm(x, kind as 1, args.axes(), keep);
}

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

const onDiagonal = (x: tf.Tensor): tf.Tensor => {
  const [rows, columns] = places(x);
  return tf.cast(tf.equal(rows, columns), x.dtype);
};

const bandPart: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [rows, columns] = places(x);
  const [lower, upper] = [args.number('num_lower', -1), args.number('num_upper', -1)];
  const below = lower < 0 ? tf.onesLike(rows) : tf.lessEqual(tf.sub(rows, columns), lower);
  const above = upper < 0 ? tf.onesLike(rows) : tf.lessEqual(tf.sub(columns, rows), upper);
  return tf.mul(x, tf.mul(tf.cast(below, x.dtype), tf.cast(above, x.dtype)));
};

const diag = (x: tf.Tensor): tf.Tensor => {
  const size = x.shape.at(-1) ?? 0;
  return tf.mul(tf.expandDims(x, -1), tf.cast(tf.eye(size), x.dtype));
};

const diagPart = (x: tf.Tensor): tf.Tensor => {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const size = Math.min(rows, columns);
  const begin = x.shape.map(() => 0);
  const square = tf.slice(x, begin, [...x.shape.slice(0, -2), size, size]);
  return tf.sum(tf.mul(square, tf.cast(tf.eye(size), x.dtype)), -1);
};

const setDiag: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const diagonal = tf.expandDims(args.tensor('diagonal', x), -1);
  const missing = (x.shape.at(-2) ?? 0) - (diagonal.shape.at(-2) ?? 0);
  const pads = diagonal.shape.map((_, axis): [number, number] =>
    axis === diagonal.rank - 2 ? [0, missing] : [0, 0],
  );
  const on = onDiagonal(x);
  return tf.add(tf.mul(x, tf.sub(1, on)), tf.mul(tf.pad(diagonal, pads), on));
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
    ['linalg.diag', unary(diag)],
    ['linalg.tensor_diag', unary(diag)],
    ['linalg.diag_part', unary(diagPart)],
    ['linalg.tensor_diag_part', unary(diagPart)],
    ['linalg.set_diag', setDiag],
    ['linalg.trace', unary((x) => tf.sum(diagPart(x), -1))],
    ['linalg.matrix_transpose', unary(swapped)],
    [
      'linalg.eye',
      (input, args) => tf.eye(Number(input), args.number('num_columns', Number(input))),
    ],
  ];
}
