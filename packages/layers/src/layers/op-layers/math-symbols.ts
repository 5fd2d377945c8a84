import { einsum, matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import {
  binary,
  type SymbolArgs,
  type SymbolFunction,
  toOperand,
  toOperands,
  unary,
} from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Divides whole numbers as floating ones, as Python does. */
const trueDivide = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.div(tf.cast(a, 'float32'), tf.cast(b, 'float32'));

/** Gives zero where the divisor is zero. */
const divideNoNan = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const zero = tf.equal(b, 0);
  return tf.where(zero, tf.zerosLike(a), tf.div(a, tf.where(zero, tf.onesLike(b), b)));
};

const matmul: SymbolFunction = (input, args) => {
  const a = toOperand(input);
  const transposeA = args.flag('transpose_a') || args.flag('adjoint_a');
  const transposeB = args.flag('transpose_b') || args.flag('adjoint_b');
  return matMul(a, args.tensor('b', a), transposeA, transposeB);
};

/** Scales vectors to Euclidean norm 1. */
const normalizeVectors: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const squares = tf.sum(tf.square(x), args.axes(), true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, args.number('epsilon', 1e-12))));
};

const norm: SymbolFunction = (input, args) => {
  const order = args.raw('ord');
  const kind = typeof order === 'number' ? order : 'euclidean';
  return tf.norm(toOperand(input), kind as 1, args.axes(), args.flag('keepdims'));
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

/** Functions of single elements. */
const UNARY: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor])[] = [
  ['abs', tf.abs],
  ['acos', tf.acos],
  ['acosh', tf.acosh],
  ['asin', tf.asin],
  ['asinh', tf.asinh],
  ['atan', tf.atan],
  ['atanh', tf.atanh],
  ['ceil', tf.ceil],
  ['cos', tf.cos],
  ['cosh', tf.cosh],
  ['erf', tf.erf],
  ['exp', tf.exp],
  ['expm1', tf.expm1],
  ['floor', tf.floor],
  ['is_finite', tf.isFinite],
  ['is_inf', tf.isInf],
  ['is_nan', tf.isNaN],
  ['log', tf.log],
  ['log1p', tf.log1p],
  ['log_sigmoid', tf.logSigmoid],
  ['logical_not', tf.logicalNot],
  ['negative', tf.neg],
  ['reciprocal', tf.reciprocal],
  ['rint', tf.round],
  ['round', tf.round],
  ['rsqrt', tf.rsqrt],
  ['sigmoid', tf.sigmoid],
  ['sign', tf.sign],
  ['sin', tf.sin],
  ['sinh', tf.sinh],
  ['softplus', tf.softplus],
  ['sqrt', tf.sqrt],
  ['square', tf.square],
  ['tan', tf.tan],
  ['tanh', tf.tanh],
];

/** Functions of pairs of elements. */
const BINARY: readonly (readonly [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor])[] = [
  ['add', tf.add],
  ['atan2', tf.atan2],
  ['divide', tf.div],
  ['divide_no_nan', divideNoNan],
  ['equal', tf.equal],
  ['floordiv', tf.floorDiv],
  ['floormod', tf.mod],
  ['greater', tf.greater],
  ['greater_equal', tf.greaterEqual],
  ['less', tf.less],
  ['less_equal', tf.lessEqual],
  ['logical_and', tf.logicalAnd],
  ['logical_or', tf.logicalOr],
  ['logical_xor', tf.logicalXor],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['mod', tf.mod],
  ['multiply', tf.mul],
  ['not_equal', tf.notEqual],
  ['pow', tf.pow],
  ['squared_difference', tf.squaredDifference],
  ['subtract', tf.sub],
  ['truediv', trueDivide],
];

/** Operators of Python that TensorFlow gives tensors. */
const OPERATORS: readonly Entry[] = [
  ['__operators__.add', binary(tf.add)],
  ['__operators__.eq', binary(tf.equal, 'other')],
  ['__operators__.ne', binary(tf.notEqual, 'other')],
];

/** Returns the functions of `tf.math` and `tf.linalg` by their names without `tf.`. */
export function mathSymbols(): readonly Entry[] {
  return [
    ...UNARY.map(([name, fn]): Entry => [`math.${name}`, unary((x) => fn(x))]),
    ...BINARY.map(([name, fn]): Entry => [`math.${name}`, binary((a, b) => fn(a, b))]),
    ...OPERATORS,
    ['math.add_n', (input) => tf.addN(toOperands(input))],
    ['math.scalar_mul', (input, args) => tf.mul(toOperand(input), args.tensor('x'))],
    ['math.l2_normalize', normalizeVectors],
    ['linalg.l2_normalize', normalizeVectors],
    ['nn.l2_normalize', normalizeVectors],
    ['linalg.matmul', matmul],
    ['linalg.norm', norm],
    ['norm', norm],
    ['tensordot', tensordot],
    ['linalg.tensordot', tensordot],
    ['einsum', (input, args) => einsum(String(input), ...toOperands(args.raw('inputs')))],
    ['clip_by_value', clip],
  ];
}

function clip(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const low = args.tensor('clip_value_min', x);
  return tf.minimum(tf.maximum(x, low), args.tensor('clip_value_max', x));
}
