const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** Logarithm of the absolute value of the gamma function (Lanczos, 1964). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const sum = LANCZOS.reduce((all, c, i) => all + (i === 0 ? c : c / (x - 1 + i)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Lower regularised incomplete gamma function. */
export function lowerGamma(a: number, x: number): number {
  if (x < 0 || a <= 0 || Number.isNaN(x + a)) return Number.NaN;
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? scale * gammaSeries(a, x) : 1 - scale * gammaFraction(a, x);
}

/** Upper regularised incomplete gamma function. */
export function upperGamma(a: number, x: number): number {
  if (x < 0 || a <= 0 || Number.isNaN(x + a)) return Number.NaN;
  if (x === 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * gammaSeries(a, x) : scale * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; n < 1000 && term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Keeps denominators of continued fractions from zero. */
const TINY = 1e-300;

const away = (x: number): number => (Math.abs(x) < TINY ? TINY : x);

/** The continued fraction of the upper function, by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / away(b);
  let value = d;
  for (let n = 1; n < 1000; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / away(factor * d + b);
    c = away(b + factor / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

/** Derivative of the lower function by `x`. */
export const gammaDensity = (a: number, x: number): number =>
  Math.exp((a - 1) * Math.log(x) - x - logGamma(a));

/** Derivative of the lower function by `a`, by differences. */
export function gammaSlope(a: number, x: number): number {
  const step = 1e-4 * Math.max(a, 1e-3);
  const at = (k: number): number => lowerGamma(a + k * step, x);
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
}

/** Regularised incomplete beta function. */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  return (betaDensity(a, b, x) * x * (1 - x) * betaFraction(a, b, x)) / a;
}

/** Derivative of the incomplete beta function by `x`. */
export const betaDensity = (a: number, b: number, x: number): number =>
  Math.exp(
    (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  );

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

/** Bernoulli numbers B2, B4 … over the factorials of their indices. */
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000];

/** Hurwitz' zeta function, by the formula of Euler and Maclaurin. */
export function hurwitzZeta(x: number, q: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  if (x < 1 || (q <= 0 && !Number.isInteger(x))) return Number.NaN;
  if (q <= 0 && Number.isInteger(q)) return Number.POSITIVE_INFINITY;
  let sum = 0;
  let at = q;
  for (let k = 0; k < 20 || at < 12; k++, at++) sum += at ** -x;
  sum += at ** (1 - x) / (x - 1) + 0.5 * at ** -x;
  let factor = x * at ** (-x - 1);
  BERNOULLI.forEach((b, k) => {
    sum += b * factor;
    factor *= ((x + 2 * k + 1) * (x + 2 * k + 2)) / at ** 2;
  });
  return sum;
}

/** Derivative of the digamma function, `n` times. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (n < 0 || !Number.isInteger(n)) return Number.NaN;
  const factorial = Math.exp(logGamma(n + 1));
  return (n % 2 === 0 ? -1 : 1) * factorial * hurwitzZeta(n + 1, x);
}

function digamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0.5) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let [shift, z] = [0, x];
  for (; z < 8; z++) shift -= 1 / z;
  const f = 1 / (z * z);
  const series = f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f / 132))));
  return shift + Math.log(z) - 0.5 / z - series;
}

/** The next number of 32 bits behind `x` on the way to `y`. */
export function nextAfter(x: number, y: number): number {
  if (Number.isNaN(x + y)) return Number.NaN;
  if (x === y) return y;
  const floats = new Float32Array([x]);
  const bits = new Int32Array(floats.buffer);
  if (x === 0) bits[0] = y > 0 ? 1 : -0x7fffffff;
  else bits[0] = (bits[0] ?? 0) + (y > x === x > 0 ? 1 : -1);
  return floats[0] ?? 0;
}
