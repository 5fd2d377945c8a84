import * as tf from '@tensorflow/tfjs-core';

/** Makes a function of tensors, with its derivative, of one of numbers that tfjs lacks. */
function pointwise(
  compute: (x: number) => number,
  derivative: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): (x: tf.Tensor) => tf.Tensor {
  return (x) =>
    tf.customGrad((input, save) => {
      const values = Float32Array.from((input as tf.Tensor).dataSync(), compute);
      const value = tf.tensor(values, (input as tf.Tensor).shape, 'float32');
      (save as tf.GradSaveFunc)([input as tf.Tensor, value]);
      return {
        value,
        gradFunc: (dy: tf.Tensor, [saved, result]: tf.Tensor[]) =>
          tf.mul(dy, derivative(saved as tf.Tensor, result as tf.Tensor)),
      };
    })(x);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Logarithm of the absolute value of the gamma function (Lanczos, 1964, with g = 7 and nine terms). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => total + (i === 0 ? c : c / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Derivative of {@link logGamma}, by recurrence and an asymptotic series. */
function digammaOf(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0.5) return digammaOf(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let shift = 0;
  let z = x;
  for (; z < 6; z++) shift -= 1 / z;
  const f = 1 / (z * z);
  const series = f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f / 132))));
  return shift + Math.log(z) - 0.5 / z - series;
}

function trigammaOf(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 6; z++) shift += 1 / (z * z);
  const f = 1 / (z * z);
  return shift + 1 / z + f / 2 + (f / z) * (1 / 6 - f * (1 / 30 - f * (1 / 42 - f / 30)));
}

/** Inverse of the normal distribution function (Acklam's rational approximation, refined by one step of Halley). */
function normalQuantile(p: number): number {
  if (p <= 0) return p === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (p >= 1) return p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  const q = Math.min(p, 1 - p);
  const x = q < 0.02425 ? tail(Math.sqrt(-2 * Math.log(q))) : centre(q - 0.5);
  const e = 0.5 * complementaryError(-x / Math.SQRT2) - q;
  const u = e * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
  const refined = x - u / (1 + (x * u) / 2);
  return p < 0.5 ? refined : -refined;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}

function tail(q: number): number {
  const numerator = [
    -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
    4.374664141464968, 2.938163982698783,
  ];
  const denominator = [
    7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
  ];
  return polynomial(numerator, q) / polynomial(denominator, q);
}

function centre(q: number): number {
  const numerator = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ];
  const denominator = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572, 1,
  ];
  const r = q * q;
  return (polynomial(numerator, r) * q) / polynomial(denominator, r);
}

/** Complementary error function, by a Chebyshev fit of relative error below 1.2e-7 (Numerical Recipes, `erfcc`). */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const fit = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418,
    0.37409196, 1.00002368, -1.26551223,
  ];
  const result = t * Math.exp(-x * x + polynomial(fit, t));
  return x >= 0 ? result : 2 - result;
}

const trigamma = pointwise(trigammaOf, (x) => tf.zerosLike(x));

/** Logarithmic derivative of the gamma function. */
export const digamma: (x: tf.Tensor) => tf.Tensor = pointwise(digammaOf, (x) => trigamma(x));

/** Logarithm of the absolute value of the gamma function. */
export const lgamma: (x: tf.Tensor) => tf.Tensor = pointwise(logGamma, (x) => digamma(x));

/** Inverse of the normal distribution function. */
export const ndtri: (x: tf.Tensor) => tf.Tensor = pointwise(normalQuantile, (_, y) =>
  tf.mul(Math.sqrt(2 * Math.PI), tf.exp(tf.div(tf.square(y), 2))),
);

/** Inverse of the error function. */
export const erfinv: (x: tf.Tensor) => tf.Tensor = pointwise(
  (x) => normalQuantile((x + 1) / 2) / Math.SQRT2,
  (_, y) => tf.mul(Math.sqrt(Math.PI) / 2, tf.exp(tf.square(y))),
);
