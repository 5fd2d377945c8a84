import type { Complex } from './complex-matrix.ts';
import { elementOf, type Matrix } from './matrix-numbers.ts';

/** A reflection `1 − τ v vᵀ` that turns a vector into its first axis, where it becomes `beta`. */
interface Reflection {
  readonly v: readonly number[];
  readonly tau: number;
  readonly beta: number;
}

function reflectionOf(x: readonly number[]): Reflection {
  const [first = 0, ...rest] = x;
  const tail = Math.hypot(...rest);
  if (tail === 0) return { v: x.map((_, i) => (i === 0 ? 1 : 0)), tau: 0, beta: first };
  const beta = first >= 0 ? -Math.hypot(first, tail) : Math.hypot(first, tail);
  return {
    v: [1, ...rest.map((each) => each / (first - beta))],
    tau: (beta - first) / beta,
    beta,
  };
}

/** Reflects rows from `from` on, and the same columns. */
function reflect(h: Matrix, from: number, { v, tau }: Reflection): void {
  for (let j = 0; j < h.length; j++) {
    const sum = v.reduce((total, each, k) => total + each * elementOf(h, from + k, j), 0) * tau;
    for (const [k, each] of v.entries()) subtract(h, from + k, j, sum * each);
  }
  for (let i = 0; i < h.length; i++) {
    const sum = v.reduce((total, each, k) => total + each * elementOf(h, i, from + k), 0) * tau;
    for (const [k, each] of v.entries()) subtract(h, i, from + k, sum * each);
  }
}

function subtract(h: Matrix, row: number, column: number, by: number): void {
  const line = h[row];
  if (line !== undefined) line[column] = (line[column] ?? 0) - by;
}

/** Makes all elements zero that lie more than one row below the diagonal. */
function hessenberg(a: Matrix): Matrix {
  const h = a.map((row) => [...row]);
  for (let k = 0; k < h.length - 2; k++) {
    reflect(h, k + 1, reflectionOf(h.slice(k + 1).map((row) => row[k] ?? 0)));
    for (let i = k + 2; i < h.length; i++) subtract(h, i, k, elementOf(h, i, k));
  }
  return h;
}

/** First row of the part of a matrix that ends at a row and falls apart no further. */
function startOf(h: Matrix, last: number, norm: number): number {
  let row = last;
  for (; row > 0; row--) {
    const near = Math.abs(elementOf(h, row - 1, row - 1)) + Math.abs(elementOf(h, row, row));
    const bound = Number.EPSILON * (near === 0 ? norm : near);
    if (Math.abs(elementOf(h, row, row - 1)) < bound) break;
  }
  return row;
}

/** The eigenvalues of two rows, in the order in which Eigen leaves them. */
function pairAt(h: Matrix, row: number): [Complex, Complex] {
  const [a, d] = [elementOf(h, row, row), elementOf(h, row + 1, row + 1)];
  const w = elementOf(h, row + 1, row) * elementOf(h, row, row + 1);
  const p = (a - d) / 2;
  const q = p * p + w;
  const root = Math.sqrt(Math.abs(q));
  if (q < 0) {
    return [
      [d + p, root],
      [d + p, -root],
    ];
  }
  const z = p >= 0 ? p + root : p - root;
  return [
    [d + z, 0],
    [z === 0 ? d : d - w / z, 0],
  ];
}

/** Sum and product of the two numbers by which a step shifts, made up where steps do not help. */
function shiftsAt(h: Matrix, last: number, iteration: number): readonly [number, number] {
  if (iteration % 10 === 0) {
    const stuck =
      Math.abs(elementOf(h, last, last - 1)) + Math.abs(elementOf(h, last - 1, last - 2));
    return [1.5 * stuck, stuck * stuck];
  }
  const [a, d] = [elementOf(h, last - 1, last - 1), elementOf(h, last, last)];
  return [a + d, a * d - elementOf(h, last, last - 1) * elementOf(h, last - 1, last)];
}

/** One step of the QR algorithm with two shifts at once (Francis, 1961). */
function step(h: Matrix, first: number, last: number, iteration: number): void {
  const [sum, product] = shiftsAt(h, last, iteration);
  const [a, b] = [elementOf(h, first, first), elementOf(h, first + 1, first + 1)];
  const below = elementOf(h, first + 1, first);
  let v: number[] = [
    a * (a - sum) + product + elementOf(h, first, first + 1) * below,
    below * (a + b - sum),
    below * elementOf(h, first + 2, first + 1),
  ];
  for (let k = first; k < last; k++) {
    const reflection = reflectionOf(v);
    reflect(h, k, reflection);
    if (k > first) {
      for (let i = k + 1; i < Math.min(k + 3, last + 1); i++) {
        subtract(h, i, k - 1, elementOf(h, i, k - 1));
      }
    }
    v = [1, 2, 3].filter((n) => k + n <= last).map((n) => elementOf(h, k + n, k));
  }
}

/** Steps for each row after which no more is expected. */
const MAX_STEPS = 100;

/** Eigenvalues of a real matrix, in the order in which it falls apart. */
export function realEigenvalues(a: Matrix): Complex[] {
  const h = hessenberg(a);
  const norm = h.flat().reduce((sum, each) => sum + Math.abs(each), 0);
  const values: Complex[] = [];
  let last = h.length - 1;
  let iteration = 0;
  for (let count = 0; last >= 0 && count < MAX_STEPS * h.length; count++) {
    const first = startOf(h, last, norm);
    if (first >= last - 1) {
      const found: Complex[] = first === last ? [[elementOf(h, last, last), 0]] : pairAt(h, first);
      values.unshift(...found);
      last = first - 1;
      iteration = 0;
      continue;
    }
    iteration += 1;
    step(h, first, last, iteration);
  }
  return last < 0 ? values : a.map(() => [Number.NaN, Number.NaN]);
}
