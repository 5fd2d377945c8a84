import * as tf from '@tensorflow/tfjs-core';
import {
  betaDensity,
  gammaDensity,
  gammaSlope,
  hurwitzZeta,
  incompleteBeta,
  lowerGamma,
  nextAfter,
  polygamma,
  upperGamma,
} from './gamma-functions.ts';
import { applyHost, type HostFunction, type NumberFunction } from './host-function.ts';
import { callOneOp, typeAttr } from './op-call.ts';
import {
  besselIe,
  besselJ,
  besselKe,
  besselY,
  dawson,
  exponentialIntegral,
  fresnel,
  spence,
} from './special-functions.ts';
import { type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** A function of one number: its name, the op, the function and its derivative. */
type Unary = readonly [name: string, op: string, compute: NumberFunction, slope: NumberFunction];

const i0e = (x: number): number => besselIe(0, x);
const i1e = (x: number): number => besselIe(1, x);
const k0e = (x: number): number => besselKe(0, x);
const k1e = (x: number): number => besselKe(1, x);
const i0 = (x: number): number => i0e(x) * Math.exp(Math.abs(x));
const i1 = (x: number): number => i1e(x) * Math.exp(Math.abs(x));
const k0 = (x: number): number => k0e(x) * Math.exp(-x);
const k1 = (x: number): number => k1e(x) * Math.exp(-x);
const j0 = (x: number): number => besselJ(0, x);
const j1 = (x: number): number => besselJ(1, x);
const y0 = (x: number): number => besselY(0, x);
const y1 = (x: number): number => besselY(1, x);

/** A quotient by `x`, which is a half at zero for functions that begin like x/2. */
const over = (value: number, x: number): number => (x === 0 ? 0.5 : value / x);

const quarterTurn = (x: number): number => (Math.PI * x * x) / 2;

const UNARY: readonly Unary[] = [
  ['bessel_i0', 'BesselI0', i0, i1],
  ['bessel_i0e', 'BesselI0e', i0e, (x) => i1e(x) - Math.sign(x) * i0e(x)],
  ['bessel_i1', 'BesselI1', i1, (x) => i0(x) - over(i1(x), x)],
  ['bessel_i1e', 'BesselI1e', i1e, (x) => i0e(x) - Math.sign(x) * i1e(x) - over(i1e(x), x)],
  ['special.bessel_j0', 'BesselJ0', j0, (x) => -j1(x)],
  ['special.bessel_j1', 'BesselJ1', j1, (x) => j0(x) - over(j1(x), x)],
  ['special.bessel_k0', 'BesselK0', k0, (x) => -k1(x)],
  ['special.bessel_k0e', 'BesselK0e', k0e, (x) => k0e(x) - k1e(x)],
  ['special.bessel_k1', 'BesselK1', k1, (x) => -k0(x) - k1(x) / x],
  ['special.bessel_k1e', 'BesselK1e', k1e, (x) => k1e(x) * (1 - 1 / x) - k0e(x)],
  ['special.bessel_y0', 'BesselY0', y0, (x) => -y1(x)],
  ['special.bessel_y1', 'BesselY1', y1, (x) => y0(x) - y1(x) / x],
  ['special.dawsn', 'Dawsn', dawson, (x) => 1 - 2 * x * dawson(x)],
  ['special.expint', 'Expint', exponentialIntegral, (x) => Math.exp(x) / x],
  ['special.fresnel_cos', 'FresnelCos', (x) => fresnel(x)[0], (x) => Math.cos(quarterTurn(x))],
  ['special.fresnel_sin', 'FresnelSin', (x) => fresnel(x)[1], (x) => Math.sin(quarterTurn(x))],
  ['special.spence', 'Spence', spence, (x) => (x === 1 ? -1 : Math.log(x) / (1 - x))],
];

/** Functions that graphs compute, with their derivatives. */
const KNOWN: readonly (readonly [name: string, op: string])[] = [
  ['lgamma', 'Lgamma'],
  ['digamma', 'Digamma'],
  ['erfinv', 'Erfinv'],
  ['ndtri', 'Ndtri'],
];

const graphFunction = (op: string, x: tf.Tensor): tf.Tensor =>
  callOneOp({
    op,
    inputs: [x],
    attrs: { T: typeAttr('float32') },
    outputs: [{ shape: x.shape, dtype: 'float32' }],
  });

/** A function of several numbers: its name, those of the arguments after the first, and what computes it. */
type Several = readonly [name: string, others: readonly string[], fn: HostFunction];

const SEVERAL: readonly Several[] = [
  [
    'igamma',
    ['x'],
    { op: 'Igamma', compute: lowerGamma, slopes: [gammaSlope, gammaDensity] as NumberFunction[] },
  ],
  [
    'igammac',
    ['x'],
    {
      op: 'Igammac',
      compute: upperGamma as NumberFunction,
      slopes: [(a = 0, x = 0) => -gammaSlope(a, x), (a = 0, x = 0) => -gammaDensity(a, x)],
    },
  ],
  [
    'betainc',
    ['b', 'x'],
    { op: 'Betainc', compute: incompleteBeta, slopes: [null, null, betaDensity] },
  ],
  [
    'zeta',
    ['q'],
    {
      op: 'Zeta',
      compute: hurwitzZeta,
      slopes: [null, (x = 0, q = 0) => -x * hurwitzZeta(x + 1, q)],
    },
  ],
  [
    'polygamma',
    ['x'],
    {
      op: 'Polygamma',
      compute: polygamma,
      slopes: [null, (n = 0, x = 0) => polygamma(n + 1, x)],
    },
  ],
  ['nextafter', ['x2'], { op: 'NextAfter', compute: nextAfter, slopes: [() => 1, () => 0] }],
];

/** Logarithm of the beta function of the numbers along the last axis. */
const logBeta: SymbolFunction = (input) => {
  const x = toOperand(input);
  const each = graphFunction('Lgamma', x);
  return tf.sub(tf.sum(each, -1), graphFunction('Lgamma', tf.sum(x, -1)));
};

/** Returns the rarer functions of `tf.math` by their names without `tf.`. */
export function specialSymbols(): readonly Entry[] {
  return [
    ...UNARY.map(
      ([name, op, compute, slope]): Entry => [
        `math.${name}`,
        (input) => applyHost({ op, compute, slopes: [slope] }, [toOperand(input)]),
      ],
    ),
    ...KNOWN.map(
      ([name, op]): Entry => [`math.${name}`, (input) => graphFunction(op, toOperand(input))],
    ),
    ...SEVERAL.map(
      ([name, others, fn]): Entry => [
        `math.${name}`,
        (input, args) =>
          applyHost(
            fn,
            [input, ...others.map((o) => args.raw(o))].map((v) => toOperand(v)),
          ),
      ],
    ),
    ['math.lbeta', logBeta],
    [
      'math.erfcinv',
      (input) => tf.mul(graphFunction('Ndtri', tf.mul(toOperand(input), 0.5)), -Math.SQRT1_2),
    ],
  ];
}
