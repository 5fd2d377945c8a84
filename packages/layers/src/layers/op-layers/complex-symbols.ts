import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type ComplexParts, complexOf, partsOf } from '../../engine/complex-parts.ts';
import { flatten, mapStructure } from '../../engine/nest.ts';
import { product } from './matrix-batches.ts';
import { SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** True for tensors of complex numbers. */
export const isComplex = (value: unknown): boolean =>
  value instanceof tf.Tensor && value.dtype === 'complex64';

/** Absolute values; the gradient at zero is zero. */
export function magnitude([re, im]: ComplexParts): tf.Tensor {
  const squares = tf.add(tf.square(re), tf.square(im));
  const zero = tf.equal(squares, 0);
  const root = tf.sqrt(tf.where(zero, tf.onesLike(squares), squares));
  return tf.where(zero, tf.zerosLike(root), root);
}

const times = ([a, b]: ComplexParts, [c, d]: ComplexParts): ComplexParts => [
  tf.sub(tf.mul(a, c), tf.mul(b, d)),
  tf.add(tf.mul(a, d), tf.mul(b, c)),
];

const quotient = (x: ComplexParts, [c, d]: ComplexParts): ComplexParts => {
  const [re, im] = times(x, [c, tf.neg(d)]);
  const size = tf.add(tf.square(c), tf.square(d));
  return [tf.div(re, size), tf.div(im, size)];
};

const exponential = ([re, im]: ComplexParts): ComplexParts => {
  const size = tf.exp(re);
  return [tf.mul(size, tf.cos(im)), tf.mul(size, tf.sin(im))];
};

/** The square root whose real part is not negative. */
const squareRoot = (x: ComplexParts): ComplexParts => {
  const [re, im] = x;
  const size = magnitude(x);
  const [first, second] = [tf.add(size, re), tf.sub(size, re)].map((y) =>
    tf.sqrt(tf.maximum(tf.mul(y, 0.5), 0)),
  );
  const root = second ?? size;
  return [first ?? size, tf.where(tf.less(im, 0), tf.neg(root), root)];
};

const matrixProduct: SymbolFunction = (input, args) => {
  const adjoint = (name: string): boolean => args.flag(`adjoint_${name}`);
  const sideOf = (value: unknown, name: string): ComplexParts => {
    const [re, im] = partsOf(toOperand(value));
    const turned = args.flag(`transpose_${name}`) || adjoint(name);
    const order = (x: tf.Tensor): tf.Tensor =>
      turned
        ? tf.transpose(x, [...x.shape.keys()].slice(0, -2).concat([x.rank - 1, x.rank - 2]))
        : x;
    return [order(re), adjoint(name) ? tf.neg(order(im)) : order(im)];
  };
  const [a, b] = sideOf(input, 'a');
  const [c, d] = sideOf(args.raw('b'), 'b');
  return complexOf([tf.sub(product(a, c), product(b, d)), tf.add(product(a, d), product(b, c))]);
};

const one = (fn: (x: ComplexParts) => ComplexParts): SymbolFunction => {
  return (input) => complexOf(fn(partsOf(toOperand(input))));
};

const two = (fn: (x: ComplexParts, y: ComplexParts) => ComplexParts): SymbolFunction => {
  return (input, args) => {
    const [x, y] = [toOperand(input), args.tensor('y')].map(partsOf);
    if (x === undefined || y === undefined) throw new TypeError('An operand is missing.');
    return complexOf(fn(x, y));
  };
};

const sum = (x: ComplexParts, y: ComplexParts): ComplexParts => [
  tf.add(x[0], y[0]),
  tf.add(x[1], y[1]),
];

const difference = (x: ComplexParts, y: ComplexParts): ComplexParts => [
  tf.sub(x[0], y[0]),
  tf.sub(x[1], y[1]),
];

/** Functions that compute with complex numbers. */
const ON_COMPLEX: ReadonlyMap<string, SymbolFunction> = new Map<string, SymbolFunction>([
  ['math.add', two(sum)],
  ['__operators__.add', two(sum)],
  ['math.subtract', two(difference)],
  ['math.multiply', two(times)],
  ['math.divide', two(quotient)],
  ['math.truediv', two(quotient)],
  ['realdiv', two(quotient)],
  ['math.square', one((x) => times(x, x))],
  ['math.exp', one(exponential)],
  ['math.sqrt', one(squareRoot)],
  ['math.reciprocal', one((x) => quotient([tf.onesLike(x[0]), tf.zerosLike(x[0])], x))],
  ['linalg.matmul', matrixProduct],
  ['linalg.adjoint', one(([re, im]) => [flipped(re), tf.neg(flipped(im))])],
]);

const flipped = (x: tf.Tensor): tf.Tensor =>
  tf.transpose(x, [...x.shape.keys()].slice(0, -2).concat([x.rank - 1, x.rank - 2]));

/** Functions that do the same to both parts. */
const ON_PARTS: ReadonlySet<string> = new Set(
  `__operators__.getitem reshape transpose concat stack unstack expand_dims squeeze tile repeat reverse roll pad slice
  strided_slice split gather gather_nd identity identity_n stop_gradient convert_to_tensor ensure_shape broadcast_to
  where boolean_mask zeros_like math.negative math.reduce_sum math.reduce_mean math.cumsum linalg.diag linalg.diag_part
  linalg.trace linalg.matrix_transpose linalg.band_part signal.frame signal.fftshift signal.ifftshift
  signal.overlap_and_add math.add_n`.split(/\s+/),
);

/** Functions that take complex numbers by themselves. */
const OWN =
  /^(math\.(abs|real|imag|conj|angle)|shape|size|rank|cast|dtypes\.complex|linalg\.(eigvals|logm)|signal\.(i?r?fft.*|inverse_stft))$/;

/** Runs a function on tensors some of which are complex. @throws UnsupportedError for functions of real numbers. */
export function onComplex(
  symbol: string,
  fn: SymbolFunction,
  input: unknown,
  given: Readonly<Record<string, unknown>>,
): tf.Tensor | tf.Tensor[] {
  if (OWN.test(symbol)) return fn(input, new SymbolArgs(given));
  const own = ON_COMPLEX.get(symbol) ?? ON_COMPLEX.get(`math.${symbol}`);
  if (own !== undefined) return own(input, new SymbolArgs(given));
  if (!(ON_PARTS.has(symbol) || ON_PARTS.has(`math.${symbol}`))) {
    throw new UnsupportedError(`tf.${symbol} is not known for complex numbers.`);
  }
  const run = (part: 0 | 1): tf.Tensor | tf.Tensor[] => {
    const take = (value: unknown): unknown =>
      isComplex(value) ? partsOf(value as tf.Tensor)[part] : value;
    const args = mapStructure<unknown, unknown>(given as never, take);
    return fn(mapStructure<unknown, unknown>(input as never, take), new SymbolArgs(args as never));
  };
  const [real, imaginary] = [run(0), run(1)];
  if (!Array.isArray(real)) return complexOf([real, imaginary as tf.Tensor]);
  return real.map((re, i) => complexOf([re, (imaginary as tf.Tensor[])[i] ?? re]));
}

/** True when a call has complex tensors. */
export function hasComplex(input: unknown, given: Readonly<Record<string, unknown>>): boolean {
  return [input, given].some((each) => flatten<unknown>(each as never).some(isComplex));
}

/** Returns the functions of the parts of complex numbers by their names without `tf.`. */
export function complexSymbols(): readonly Entry[] {
  const parts = (input: unknown): ComplexParts => partsOf(toOperand(input));
  return [
    ['dtypes.complex', (input, args) => complexOf([toOperand(input), args.tensor('imag')])],
    [
      'math.abs',
      (input) => (isComplex(input) ? magnitude(parts(input)) : tf.abs(toOperand(input))),
    ],
    ['math.real', (input) => tf.clone(parts(input)[0])],
    ['math.imag', (input) => tf.clone(parts(input)[1])],
    [
      'math.conj',
      (input) => {
        if (!isComplex(input)) return tf.clone(toOperand(input));
        const [re, im] = parts(input);
        return complexOf([re, tf.neg(im)]);
      },
    ],
    [
      'math.angle',
      (input) => {
        const [re, im] = parts(input);
        return tf.atan2(im, re);
      },
    ],
  ];
}
