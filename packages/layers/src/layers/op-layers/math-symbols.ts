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

const polynomial: SymbolFunction = (input, args) => {
  const x = args.tensor('x');
  const listed = input instanceof tf.Tensor && input.rank === 1 ? tf.unstack(input) : input;
  const [first = tf.scalar(0), ...rest] = toOperands(listed);
  return rest.reduce((sum, each) => tf.add(tf.mul(sum, x), each), first);
};

/** Functions of single elements. */
const UNARY: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor])[] = [
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
    [
      'math.scalar_mul',
      (input, args) => {
        const x = args.tensor('x');
        return tf.mul(tf.cast(toOperand(input), x.dtype), x);
      },
    ],
    ['math.atan2', binary(tf.atan2, 'x')],
    ['floor_div', binary(floorDivide)],
    ['div', binary((a, b) => (a.dtype === 'int32' ? floorDivide(a, b) : tf.div(a, b)))],
    ['math.polyval', polynomial],
    ['clip_by_value', clip],
    ['clip_by_norm', clipByNorm],
    ['nn.l2_loss', unary((x) => tf.div(tf.sum(tf.square(x)), 2))],
  ];
}

function clip(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const low = args.tensor('clip_value_min', x);
  return tf.minimum(tf.maximum(x, low), args.tensor('clip_value_max', x));
}
