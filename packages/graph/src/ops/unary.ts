import * as tf from '@tensorflow/tfjs-core';
import { integerBits, isComplex, isInteger } from '../executor/dtype.ts';
import type { Element } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { isHost, isHostInteger, onDevice, onHost } from '../executor/values.ts';
import { complexUnary } from './complex.ts';
import { composed, inputAt } from './define.ts';
import { hostMap, wrapInteger } from './host/elementwise.ts';
import { digamma, erfinv, lgamma, ndtri } from './special.ts';

type Device = (x: tf.Tensor) => tf.Tensor;
type Rule = (x: number | bigint) => number | bigint;

function unary(device: Device, integers?: Rule): OpBuilder {
  return (node) => {
    const [type = 'unknown'] = node.inputTypes;
    if (isComplex(type)) return complexUnary(node.op);
    if (integers === undefined || !isInteger(type))
      return (inputs) => device(onDevice(inputAt(inputs, 0)));
    const bits = integerBits(type) ?? -32;
    const apply = (x: Element): Element => wrapInteger(integers(x as number | bigint), bits);
    return (inputs) => {
      const x = inputAt(inputs, 0);
      if (isHostInteger(type) || isHost(x)) return hostMap(onHost(x, type), type, apply);
      return device(onDevice(x));
    };
  };
}

function tidy(compute: Device): Device {
  return (x) => tf.tidy(() => compute(x));
}

/** Sign of a number; NaN stays NaN, which the kernels of tfjs lose. */
const sign = tidy((x) => tf.where(tf.isNaN(x), x, tf.sign(x)));

/** Mathematical functions of one tensor. */
const functions: OpFamily = {
  Abs: unary(tf.abs, (x) => (x < 0 ? -x : x)),
  Neg: unary(tf.neg, (x) => -x),
  Sign: unary(sign, (x) => (x > 0 ? 1 : x < 0 ? -1 : 0)),
  Square: unary(tf.square, (x) => (typeof x === 'bigint' ? x * x : square(x))),
  Acos: unary(tf.acos),
  Acosh: unary(tf.acosh),
  Asin: unary(tf.asin),
  Asinh: unary(tf.asinh),
  Atan: unary(tf.atan),
  Atanh: unary(tf.atanh),
  Ceil: unary(tf.ceil),
  Cos: unary(tf.cos),
  Cosh: unary(tf.cosh),
  Digamma: unary(digamma),
  Erf: unary(tf.erf),
  Erfc: unary(tidy((x) => tf.sub(1, tf.erf(x)))),
  Erfinv: unary(erfinv),
  Exp: unary(tf.exp),
  Expm1: unary(tf.expm1),
  Floor: unary(tf.floor),
  Inv: unary(tf.reciprocal),
  Reciprocal: unary(tf.reciprocal),
  Lgamma: unary(lgamma),
  Log: unary(tf.log),
  Log1p: unary(tf.log1p),
  Ndtri: unary(ndtri),
  Rint: unary(tf.round),
  Round: unary(tf.round, (x) => x),
  Rsqrt: unary(tf.rsqrt),
  Sin: unary(tf.sin),
  Sinh: unary(tf.sinh),
  Sqrt: unary(tf.sqrt),
  Tan: unary(tf.tan),
  Tanh: unary(tf.tanh),
  IsFinite: unary(tf.isFinite),
  IsInf: unary(tf.isInf),
  IsNan: unary(tf.isNaN),
  Invert: unary(tf.neg, (x) => (typeof x === 'bigint' ? ~x : -x - 1)),
  LogicalNot: () => (inputs) => {
    const x = inputAt(inputs, 0);
    return isHost(x)
      ? hostMap(x, 'bool', (value) => (value === 1 ? 0 : 1))
      : tf.logicalNot(onDevice(x));
  },
};

function positivePart(x: number | bigint): number | bigint {
  return x < 0 ? 0 : x;
}

function square(x: number): number | bigint {
  const result = x * x;
  return Number.isSafeInteger(result) ? result : BigInt(x) * BigInt(x);
}

/** Activations of neural networks. */
const activations: OpFamily = {
  Elu: unary(tf.elu),
  Relu: unary(tf.relu, positivePart),
  Relu6: unary(tf.relu6),
  Selu: unary(tf.selu),
  Sigmoid: unary(tf.sigmoid),
  Softplus: unary(tf.softplus),
  Softsign: unary(tidy((x) => tf.div(x, tf.add(tf.abs(x), 1)))),
  LeakyRelu: composed(({ attrs }) => {
    const alpha = attrs.float('alpha');
    return (...[x]) => tf.leakyRelu(x as tf.Tensor, alpha);
  }),
};

/** Gradient of an activation, from the gradient and either its input or its output. */
function gradient(compute: (first: tf.Tensor, second: tf.Tensor) => tf.Tensor): OpBuilder {
  return () => (inputs) =>
    tf.tidy(() => compute(onDevice(inputAt(inputs, 0)), onDevice(inputAt(inputs, 1))));
}

function isPositive(x: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greater(x, 0), 'float32');
}

/** Gradients that TensorFlow writes into graphs of training. */
const gradients: OpFamily = {
  ReluGrad: gradient((dy, x) => tf.mul(dy, isPositive(x))),
  Relu6Grad: gradient((dy, x) => tf.mul(dy, tf.mul(isPositive(x), isPositive(tf.sub(6, x))))),
  EluGrad: gradient((dy, y) => tf.where(tf.less(y, 0), tf.mul(dy, tf.add(y, 1)), dy)),
  SeluGrad: gradient((dy, y) =>
    tf.where(
      tf.less(y, 0),
      tf.mul(dy, tf.add(y, 1.7580993408473768)),
      tf.mul(dy, 1.0507009873554805),
    ),
  ),
  SigmoidGrad: gradient((y, dy) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  TanhGrad: gradient((y, dy) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  SoftplusGrad: gradient((dy, x) => tf.mul(dy, tf.sigmoid(x))),
  SoftsignGrad: gradient((dy, x) => tf.div(dy, tf.square(tf.add(tf.abs(x), 1)))),
  SqrtGrad: gradient((y, dy) => tf.div(tf.mul(dy, 0.5), y)),
  RsqrtGrad: gradient((y, dy) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y)))),
  ReciprocalGrad: gradient((y, dy) => tf.mul(tf.neg(dy), tf.square(y))),
  InvGrad: gradient((y, dy) => tf.mul(tf.neg(dy), tf.square(y))),
  LeakyReluGrad: (node) => {
    const alpha = node.attrs.float('alpha');
    return gradient((dy, x) => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha)))(node);
  },
};

/** Ops of one operand. */
export const unaryOps: OpFamily = { ...functions, ...activations, ...gradients };
