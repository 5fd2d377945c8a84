/** Euler's constant. */
const GAMMA = 0.5772156649015329;

const SMALL = 1e-17;

/** Adds terms, each made from the one before, until they no longer count. */
function series(first: number, next: (term: number, k: number) => number): number {
  let term = first;
  let sum = first;
  for (let k = 1; k < 500 && Math.abs(term) > SMALL * Math.abs(sum); k++) {
    term = next(term, k);
    sum += term;
  }
  return sum;
}

/** Coefficients of Hankel's expansions of the Bessel functions of order 0 or 1 (DLMF 10.17), until they grow. */
function hankelTerms(order: 0 | 1, x: number): number[] {
  const terms = [1];
  for (let k = 1; k < 40; k++) {
    const last = terms[k - 1] ?? 0;
    const next = (last * (4 * order - (2 * k - 1) ** 2)) / (8 * k * x);
    if (Math.abs(next) >= Math.abs(last)) break;
    terms.push(next);
  }
  return terms;
}

/** From here on, Hankel's expansions are exact enough for oscillating functions, and for the modified ones. */
const FAR = 12;
const FAR_MODIFIED = 20;
const FAR_DECAYING = 9;

/** The sum of (±x²/4)^k / (k! (k+order)!). */
function ascending(order: 0 | 1, x: number, sign: 1 | -1): number {
  const quarter = (sign * x * x) / 4;
  const sum = series(1, (term, k) => (term * quarter) / (k * (k + order)));
  return order === 0 ? sum : (sum * x) / 2;
}

/** Bessel function of the first kind. */
export function besselJ(order: 0 | 1, x: number): number {
  const size = Math.abs(x);
  if (size < FAR) return ascending(order, x, -1);
  const value = oscillating(order, size)[0];
  return order === 1 && x < 0 ? -value : value;
}

/** Both kinds of Bessel functions far from zero. */
function oscillating(order: 0 | 1, x: number): readonly [first: number, second: number] {
  let [p, q] = [0, 0];
  hankelTerms(order, x).forEach((term, k) => {
    const signed = k % 4 < 2 ? term : -term;
    if (k % 2 === 0) p += signed;
    else q += signed;
  });
  const angle = x - (order * Math.PI) / 2 - Math.PI / 4;
  const scale = Math.sqrt(2 / (Math.PI * x));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [scale * (p * cos - q * sin), scale * (p * sin + q * cos)];
}

/** The part of the second solutions near zero that has no logarithm. */
function logarithmFree(order: 0 | 1, x: number, sign: 1 | -1): number {
  const quarter = (sign * x * x) / 4;
  let [term, harmonic] = [order === 0 ? 1 : x / 2, 0];
  let sum = order === 0 ? 0 : term * (1 - 2 * GAMMA);
  for (let k = 1; k < 500; k++) {
    harmonic += 1 / k;
    term *= quarter / (k * (k + order));
    const weight = order === 0 ? harmonic : 2 * (harmonic - GAMMA) + 1 / (k + 1);
    sum += term * weight;
    if (Math.abs(term * weight) < SMALL * Math.abs(sum)) break;
  }
  return sum;
}

/** Bessel function of the second kind. */
export function besselY(order: 0 | 1, x: number): number {
  if (x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x >= FAR) return oscillating(order, x)[1];
  const log = Math.log(x / 2);
  const rest = logarithmFree(order, x, -1);
  if (order === 0) return (2 / Math.PI) * ((log + GAMMA) * besselJ(0, x) - rest);
  return (2 / Math.PI) * log * besselJ(1, x) - (2 / x + rest) / Math.PI;
}

/** Modified Bessel function of the first kind times e^-|x|. */
export function besselIe(order: 0 | 1, x: number): number {
  const size = Math.abs(x);
  if (size < FAR_MODIFIED) return ascending(order, x, 1) * Math.exp(-size);
  const sum = hankelTerms(order, size).reduce((all, term, k) => all + (k % 2 ? -term : term), 0);
  const value = sum / Math.sqrt(2 * Math.PI * size);
  return order === 1 && x < 0 ? -value : value;
}

/** Modified Bessel function of the second kind times e^x. */
export function besselKe(order: 0 | 1, x: number): number {
  if (x < 0) return Number.NaN;
  if (x === 0) return Number.POSITIVE_INFINITY;
  if (x >= FAR_DECAYING) {
    return Math.sqrt(Math.PI / (2 * x)) * hankelTerms(order, x).reduce((a, b) => a + b, 0);
  }
  const log = Math.log(x / 2);
  const rest = logarithmFree(order, x, 1);
  const value =
    order === 0
      ? rest - (log + GAMMA) * ascending(0, x, 1)
      : 1 / x + log * ascending(1, x, 1) - rest / 2;
  return value * Math.exp(x);
}

/** Dawson's integral: e^(-x²) times the integral of e^(t²) from 0 to x. */
export function dawson(x: number): number {
  if (Math.abs(x) < 4.5) return series(x, (term, k) => (term * -2 * x * x) / (2 * k + 1));
  let [sum, term] = [1, 1];
  for (let k = 1; k < 12; k++) {
    term *= (2 * k - 1) / (2 * x * x);
    sum += term;
  }
  return sum / (2 * x);
}

/** Exponential integral Ei of positive numbers. */
export function exponentialIntegral(x: number): number {
  if (x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x < 40) {
    let [term, sum] = [1, GAMMA + Math.log(x)];
    for (let k = 1; k < 200; k++) {
      term *= x / k;
      sum += term / k;
    }
    return sum;
  }
  let [term, sum] = [1, 1];
  for (let k = 1; k < x && Math.abs(term) > SMALL; k++) {
    term *= k / x;
    sum += term;
  }
  return (Math.exp(x) / x) * sum;
}

/** Fresnel's integrals of cos(πt²/2) and sin(πt²/2) from 0 to x. */
export function fresnel(x: number): readonly [cos: number, sin: number] {
  const size = Math.abs(x);
  const [cos, sin] = size < 3.5 ? fresnelNear(size) : fresnelFar(size);
  return x < 0 ? [-cos, -sin] : [cos, sin];
}

function fresnelNear(x: number): readonly [number, number] {
  const angle = (Math.PI * x * x) / 2;
  let [term, cos, sin] = [x, 0, 0];
  for (let k = 0; k < 200; k++) {
    const part = (k % 4 < 2 ? term : -term) / (2 * k + 1);
    if (k % 2 === 0) cos += part;
    else sin += part;
    term *= angle / (k + 1);
  }
  return [cos, sin];
}

function fresnelFar(x: number): readonly [number, number] {
  const z = Math.PI * x * x;
  let [f, g, term] = [1, 1, 1];
  for (let k = 1; k < 8; k++) {
    term *= -(4 * k - 3) * (4 * k - 1);
    f += term / z ** (2 * k);
    g += (term * (4 * k + 1)) / z ** (2 * k);
  }
  const [cos, sin] = [Math.cos(z / 2), Math.sin(z / 2)];
  [f, g] = [f / (Math.PI * x), g / (Math.PI * x * z)];
  return [0.5 + f * sin - g * cos, 0.5 - f * cos - g * sin];
}

/** The dilogarithm of 1 - x. */
export function spence(x: number): number {
  if (x < 0) return Number.NaN;
  if (x === 0) return Math.PI ** 2 / 6;
  if (x > 1.5) return -0.5 * Math.log(x) ** 2 - spence(1 / x);
  if (x < 0.5) return Math.PI ** 2 / 6 - Math.log(x) * Math.log(1 - x) - spence(1 - x);
  const z = 1 - x;
  let [power, sum] = [1, 0];
  for (let k = 1; k < 100; k++) {
    power *= z;
    sum += power / (k * k);
  }
  return sum;
}
