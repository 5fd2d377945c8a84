import * as tf from '@tensorflow/tfjs-core';
import { callOneOp, typeAttr } from './op-call.ts';
import { type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Functions of one number, with the op of each. */
const UNARY: readonly (readonly [name: string, op: string])[] = [
  ['bessel_i0', 'BesselI0'],
  ['bessel_i0e', 'BesselI0e'],
  ['bessel_i1', 'BesselI1'],
  ['bessel_i1e', 'BesselI1e'],
  ['special.bessel_j0', 'BesselJ0'],
  ['special.bessel_j1', 'BesselJ1'],
  ['special.bessel_k0', 'BesselK0'],
  ['special.bessel_k0e', 'BesselK0e'],
  ['special.bessel_k1', 'BesselK1'],
  ['special.bessel_k1e', 'BesselK1e'],
  ['special.bessel_y0', 'BesselY0'],
  ['special.bessel_y1', 'BesselY1'],
  ['special.dawsn', 'Dawsn'],
  ['special.expint', 'Expint'],
  ['special.fresnel_cos', 'FresnelCos'],
  ['special.fresnel_sin', 'FresnelSin'],
  ['special.spence', 'Spence'],
  ['lgamma', 'Lgamma'],
  ['digamma', 'Digamma'],
  ['erfinv', 'Erfinv'],
  ['ndtri', 'Ndtri'],
];

/** Functions of several numbers: the names of the arguments after the first, and the op. */
const SEVERAL: readonly (readonly [name: string, others: readonly string[], op: string])[] = [
  ['igamma', ['x'], 'Igamma'],
  ['igammac', ['x'], 'Igammac'],
  ['betainc', ['b', 'x'], 'Betainc'],
  ['zeta', ['q'], 'Zeta'],
  ['polygamma', ['x'], 'Polygamma'],
  ['nextafter', ['x2'], 'NextAfter'],
];

/** Applies an op to tensors that are broadcast to each other, which some ops do not do. */
function applied(op: string, ...given: readonly tf.Tensor[]): tf.Tensor {
  const shape = given.reduce<number[]>(
    (all, each) => tf.broadcast_util.assertAndGetBroadcastShape(all, each.shape),
    [],
  );
  const inputs = given.map((each) => tf.broadcastTo(tf.cast(each, 'float32'), shape));
  const attrs = { T: typeAttr('float32') };
  return callOneOp({ op, inputs, attrs, outputs: [{ shape, dtype: 'float32' }] });
}

/** Logarithm of the beta function of the numbers along the last axis. */
const logBeta: SymbolFunction = (input) => {
  const x = toOperand(input);
  return tf.sub(tf.sum(applied('Lgamma', x), -1), applied('Lgamma', tf.sum(x, -1)));
};

/** Returns the rarer functions of `tf.math` by their names without `tf.`. */
export function specialSymbols(): readonly Entry[] {
  return [
    ...UNARY.map(([name, op]): Entry => [`math.${name}`, (input) => applied(op, toOperand(input))]),
    ...SEVERAL.map(
      ([name, others, op]): Entry => [
        `math.${name}`,
        (input, args) =>
          applied(
            op,
            ...[input, ...others.map((other) => args.raw(other))].map((value) => toOperand(value)),
          ),
      ],
    ),
    ['math.lbeta', logBeta],
    [
      'math.erfcinv',
      (input) => tf.mul(applied('Ndtri', tf.mul(toOperand(input), 0.5)), -Math.SQRT1_2),
    ],
  ];
}
