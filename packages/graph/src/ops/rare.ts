import * as tf from '@tensorflow/tfjs-core';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
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
} from '../numbers/gamma-functions.ts';
import {
  besselIe,
  besselJ,
  besselKe,
  besselY,
  dawson,
  exponentialIntegral,
  fresnel,
  spence,
} from '../numbers/special-functions.ts';
import { composed } from './define.ts';

/** A function of numbers. */
type NumberFunction = (...numbers: number[]) => number;

const i0e = (x = 0): number => besselIe(0, x);
const i1e = (x = 0): number => besselIe(1, x);
const k0e = (x = 0): number => besselKe(0, x);
const k1e = (x = 0): number => besselKe(1, x);
const i0 = (x = 0): number => i0e(x) * Math.exp(Math.abs(x));
const i1 = (x = 0): number => i1e(x) * Math.exp(Math.abs(x));
const k0 = (x = 0): number => k0e(x) * Math.exp(-x);
const k1 = (x = 0): number => k1e(x) * Math.exp(-x);
const j0 = (x = 0): number => besselJ(0, x);
const j1 = (x = 0): number => besselJ(1, x);
const y0 = (x = 0): number => besselY(0, x);
const y1 = (x = 0): number => besselY(1, x);

/** A quotient by `x`, which is a half at zero for functions that begin like x/2. */
const over = (value: number, x: number): number => (x === 0 ? 0.5 : value / x);

const quarterTurn = (x: number): number => (Math.PI * x * x) / 2;

/** An op of one number, with its derivative. */
const one = (compute: NumberFunction, slope: (x: number) => number): OpBuilder =>
  several(compute, [(x = 0) => slope(x)]);

/** An op of numbers that are broadcast to each other, with its derivatives; null where TensorFlow has none. */
function several(compute: NumberFunction, slopes: readonly (NumberFunction | null)[]): OpBuilder {
  return composed(() => (...given) => {
    const shape = given.reduce<number[]>(
      (all, each) => tf.broadcast_util.assertAndGetBroadcastShape(all, each.shape),
      [],
    );
    const inputs = given.map((each) => tf.broadcastTo(tf.cast(each, 'float32'), shape));
    return differentiable(compute, slopes)(...inputs);
  });
}

function mapNumbers(compute: NumberFunction, inputs: readonly tf.Tensor[]): tf.Tensor {
  const columns = inputs.map((each) => each.dataSync());
  const [first] = inputs;
  const values = Float32Array.from({ length: first?.size ?? 0 }, (_, i) =>
    compute(...columns.map((column) => column[i] ?? 0)),
  );
  return tf.tensor(values, first?.shape ?? []);
}

function differentiable(
  compute: NumberFunction,
  slopes: readonly (NumberFunction | null)[],
): (...inputs: tf.Tensor[]) => tf.Tensor {
  return tf.customGrad((...all) => {
    const inputs = all.slice(0, -1) as tf.Tensor[];
    const save = all.at(-1) as tf.GradSaveFunc;
    save(inputs);
    return {
      value: mapNumbers(compute, inputs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        slopes.map((slope) =>
          slope === null ? tf.zerosLike(dy) : tf.mul(dy, mapNumbers(slope, saved)),
        ),
    };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;
}

/** Bessel functions and other rare functions of one number. */
const unary: OpFamily = {
  BesselI0: one(i0, i1),
  BesselI0e: one(i0e, (x) => i1e(x) - Math.sign(x) * i0e(x)),
  BesselI1: one(i1, (x) => i0(x) - over(i1(x), x)),
  BesselI1e: one(i1e, (x) => i0e(x) - Math.sign(x) * i1e(x) - over(i1e(x), x)),
  BesselJ0: one(j0, (x) => -j1(x)),
  BesselJ1: one(j1, (x) => j0(x) - over(j1(x), x)),
  BesselK0: one(k0, (x) => -k1(x)),
  BesselK0e: one(k0e, (x) => k0e(x) - k1e(x)),
  BesselK1: one(k1, (x) => -k0(x) - k1(x) / x),
  BesselK1e: one(k1e, (x) => k1e(x) * (1 - 1 / x) - k0e(x)),
  BesselY0: one(y0, (x) => -y1(x)),
  BesselY1: one(y1, (x) => y0(x) - y1(x) / x),
  Dawsn: one(dawson, (x) => 1 - 2 * x * dawson(x)),
  Expint: one(exponentialIntegral, (x) => Math.exp(x) / x),
  FresnelCos: one(
    (x = 0) => fresnel(x)[0],
    (x) => Math.cos(quarterTurn(x)),
  ),
  FresnelSin: one(
    (x = 0) => fresnel(x)[1],
    (x) => Math.sin(quarterTurn(x)),
  ),
  Spence: one(spence, (x) => (x === 1 ? -1 : Math.log(x) / (1 - x))),
};

/** Ops of functions of mathematics that tfjs lacks. */
export const rareOps: OpFamily = {
  ...unary,
  Betainc: several(incompleteBeta, [null, null, betaDensity]),
  Igamma: several(lowerGamma, [gammaSlope, gammaDensity]),
  Igammac: several(upperGamma, [
    (a = 0, x = 0) => -gammaSlope(a, x),
    (a = 0, x = 0) => -gammaDensity(a, x),
  ]),
  NextAfter: several(nextAfter, [() => 1, () => 0]),
  Polygamma: several(polygamma, [null, (n = 0, x = 0) => polygamma(n + 1, x)]),
  Zeta: several(hurwitzZeta, [null, (x = 0, q = 0) => -x * hurwitzZeta(x + 1, q)]),
};
