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

/** Rounds quotients down; those of whole numbers are whole. */
const floorDivide = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  a.dtype === 'float32' ? tf.floor(tf.div(a, b)) : tf.floorDiv(a, b);

/** Gives zero where the divisor is zero. */
const divideNoNan = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const zero = tf.equal(b, 0);
  return tf.where(zero, tf.zerosLike(a), tf.div(a, tf.where(zero, tf.onesLike(b), b)));
};

/** Multiplies; a zero as the second factor gives zero whatever the first is. */
const multiplyNoNan = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const product = tf.mul(a, b);
  const zero = tf.equal(tf.add(b, tf.zerosLike(product)), 0);
  return tf.where(zero, tf.zerosLike(product), product);
};

const productWith =
  (fn: (y: tf.Tensor) => tf.Tensor): ((x: tf.Tensor, y: tf.Tensor) => tf.Tensor) =>
  (x, y) => {
    const product = tf.mul(x, fn(y));
    return tf.where(tf.equal(tf.add(x, tf.zerosLike(product)), 0), tf.zerosLike(product), product);
  };

/** Scales vectors whose norm exceeds a bound. */
const clipByNorm: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const length = tf.sqrt(tf.sum(tf.square(x), args.axes('axes'), true));
  const bound = args.tensor('clip_norm', x);
  return tf.div(tf.mul(x, bound), tf.maximum(length, bound));
};

const sigmoidCrossEntropy: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input, logits);
  const base = tf.sub(tf.relu(logits), tf.mul(logits, labels));
  return tf.add(base, tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
};

const softmaxCrossEntropy: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input, logits);
  const axis = args.number('axis', -1);
  const place = axis < 0 ? axis + logits.rank : axis;
  const shifted = tf.sub(logits, tf.logSumExp(logits, place, true));
  return tf.neg(tf.sum(tf.mul(labels, shifted), place));
};

const polynomial: SymbolFunction = (input, args) => {
  const x = args.tensor('x');
  const listed = input instanceof tf.Tensor && input.rank === 1 ? tf.unstack(input) : input;
  const [first = tf.scalar(0), ...rest] = toOperands(listed);
  return rest.reduce((sum, each) => tf.add(tf.mul(sum, x), each), first);
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
  ['erfc', (x) => tf.sub(1, tf.erf(x))],
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
  ['reciprocal_no_nan', (x) => divideNoNan(tf.onesLike(x), x)],
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
  ['divide', tf.div],
  ['divide_no_nan', divideNoNan],
  ['equal', tf.equal],
  ['floordiv', floorDivide],
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
  ['multiply_no_nan', multiplyNoNan],
  ['not_equal', tf.notEqual],
  ['pow', tf.pow],
  ['squared_difference', tf.squaredDifference],
  ['subtract', tf.sub],
  ['truediv', trueDivide],
  ['xdivy', productWith(tf.reciprocal)],
  ['xlogy', productWith(tf.log)],
  ['xlog1py', productWith(tf.log1p)],
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
    ['math.atan2', binary(tf.atan2, 'x')],
    ['floor_div', binary(floorDivide)],
    ['math.polyval', polynomial],
    ['clip_by_value', clip],
    ['clip_by_norm', clipByNorm],
    ['nn.sigmoid_cross_entropy_with_logits', sigmoidCrossEntropy],
    ['nn.softmax_cross_entropy_with_logits', softmaxCrossEntropy],
    ['nn.softmax_cross_entropy_with_logits_v2', softmaxCrossEntropy],
    ['nn.l2_loss', unary((x) => tf.div(tf.sum(tf.square(x)), 2))],
  ];
}

function clip(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const low = args.tensor('clip_value_min', x);
  return tf.minimum(tf.maximum(x, low), args.tensor('clip_value_max', x));
}
