import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import { ComplexTensor, onDevice, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';

type Pair = readonly [real: tf.Tensor, imag: tf.Tensor];

/** Real and imaginary part of a value; a real tensor has no imaginary part. */
export function pairOf(value: Value): Pair {
  if (value instanceof ComplexTensor) return [value.real, value.imag];
  const tensor = onDevice(value);
  if (tensor.dtype !== 'complex64') return [tensor, tf.zerosLike(tensor)];
  return [tf.real(tensor), tf.imag(tensor)];
}

/** Computes a complex tensor; what is made besides its parts is freed. */
export function complexResult(compute: () => Pair): ComplexTensor {
  const [real, imag] = tf.tidy(() => [...compute()]);
  if (real === undefined || imag === undefined)
    throw new MalformedError('A complex part is missing.');
  return new ComplexTensor(real, imag);
}

type PairRule = (a: Pair, b: Pair) => Pair;

const add: PairRule = ([a, b], [c, d]) => [tf.add(a, c), tf.add(b, d)];
const sub: PairRule = ([a, b], [c, d]) => [tf.sub(a, c), tf.sub(b, d)];
const mul: PairRule = ([a, b], [c, d]) => [
  tf.sub(tf.mul(a, c), tf.mul(b, d)),
  tf.add(tf.mul(a, d), tf.mul(b, c)),
];
const div: PairRule = (a, [c, d]) => {
  const norm = tf.add(tf.square(c), tf.square(d));
  const [real, imag] = mul(a, [c, tf.neg(d)]);
  return [tf.div(real, norm), tf.div(imag, norm)];
};
const pow: PairRule = (a, b) => exp(mul(log(a), b));

function exp([a, b]: Pair): Pair {
  const size = tf.exp(a);
  return [tf.mul(size, tf.cos(b)), tf.mul(size, tf.sin(b))];
}

function log(a: Pair): Pair {
  return [tf.log(absolute(a)), angle(a)];
}

function sqrt([a, b]: Pair): Pair {
  const size = absolute([a, b]);
  const real = tf.sqrt(tf.maximum(tf.div(tf.add(size, a), 2), 0));
  const imag = tf.sqrt(tf.maximum(tf.div(tf.sub(size, a), 2), 0));
  return [real, tf.where(tf.less(b, 0), tf.neg(imag), imag)];
}

/** Size of complex numbers. */
function absolute([a, b]: Pair): tf.Tensor {
  return tf.sqrt(tf.add(tf.square(a), tf.square(b)));
}

function angle([a, b]: Pair): tf.Tensor {
  return tf.atan2(b, a);
}

const BINARY: ReadonlyMap<string, PairRule> = new Map([
  ['Add', add],
  ['AddV2', add],
  ['Sub', sub],
  ['Mul', mul],
  ['RealDiv', div],
  ['Div', div],
  ['Pow', pow],
  ['SquaredDifference', (a, b) => mul(...conjugatePair(sub(a, b)))],
]);

function conjugatePair([a, b]: Pair): [Pair, Pair] {
  return [
    [a, b],
    [a, tf.neg(b)],
  ];
}

const UNARY: ReadonlyMap<string, (a: Pair) => Pair> = new Map<string, (a: Pair) => Pair>([
  ['Neg', ([a, b]) => [tf.neg(a), tf.neg(b)]],
  ['Conj', ([a, b]) => [tf.clone(a), tf.neg(b)]],
  ['Exp', exp],
  ['Log', log],
  ['Sqrt', sqrt],
  ['Rsqrt', (a) => div([tf.onesLike(a[0]), tf.zerosLike(a[0])], sqrt(a))],
  ['Square', (a) => mul(a, a)],
  ['Reciprocal', (a) => div([tf.onesLike(a[0]), tf.zerosLike(a[0])], a)],
  ['Inv', (a) => div([tf.onesLike(a[0]), tf.zerosLike(a[0])], a)],
  ['ZerosLike', ([a, b]) => [tf.zerosLike(a), tf.zerosLike(b)]],
  ['OnesLike', ([a, b]) => [tf.onesLike(a), tf.zerosLike(b)]],
]);

/** Kernel of an op of two complex tensors. @throws UnsupportedError for ops without complex form. */
export function complexBinary(op: string): Kernel {
  if (op === 'Equal' || op === 'NotEqual') return (inputs) => compare(inputs, op === 'Equal');
  const rule = BINARY.get(op) ?? refuse(op);
  return (inputs) =>
    complexResult(() => rule(pairOf(inputAt(inputs, 0)), pairOf(inputAt(inputs, 1))));
}

function compare(inputs: readonly Value[], wanted: boolean): tf.Tensor {
  return tf.tidy(() => {
    const [a, b] = pairOf(inputAt(inputs, 0));
    const [c, d] = pairOf(inputAt(inputs, 1));
    const same = tf.logicalAnd(tf.equal(a, c), tf.equal(b, d));
    return wanted ? same : tf.logicalNot(same);
  });
}

/** Kernel of an op of one complex tensor. @throws UnsupportedError for ops without complex form. */
export function complexUnary(op: string): Kernel {
  const rule = UNARY.get(op) ?? refuse(op);
  return (inputs) => complexResult(() => rule(pairOf(inputAt(inputs, 0))));
}

function refuse(op: string): never {
  throw new UnsupportedError(`The op ${op} is not run with complex numbers here.`);
}

function realPart(compute: (pair: Pair) => tf.Tensor): OpBuilder {
  return () => (inputs) => tf.tidy(() => compute(pairOf(inputAt(inputs, 0))));
}

/** Applies an operation of real tensors that only moves elements to both parts of a complex one. */
export function onBothParts(
  value: ComplexTensor,
  move: (part: tf.Tensor) => tf.Tensor,
): ComplexTensor {
  return complexResult(() => [move(value.real), move(value.imag)]);
}

/** Ops that make complex tensors or take them apart. */
export const complexOps: OpFamily = {
  Complex: () => (inputs) =>
    complexResult(() => {
      const real = onDevice(inputAt(inputs, 0));
      const imag = onDevice(inputAt(inputs, 1));
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(real.shape, imag.shape);
      return [tf.broadcastTo(real, shape), tf.broadcastTo(imag, shape)];
    }),
  Real: realPart(([a]) => tf.clone(a)),
  Imag: realPart(([, b]) => tf.clone(b)),
  ComplexAbs: realPart(absolute),
  Angle: realPart(angle),
  Conj: () => complexUnary('Conj'),
};
