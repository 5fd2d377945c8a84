import { expect, test } from '@jest/globals';
import {
  adjoint,
  type Complex,
  complexMatrix,
  product,
  sizeOf,
} from '../src/numbers/complex-matrix.ts';
import { complexEigenvalues, complexSchur } from '../src/numbers/complex-schur.ts';
import { matrixLogarithm } from '../src/numbers/matrix-logarithm.ts';
import { realEigenvalues } from '../src/numbers/real-eigenvalues.ts';

const mixed = (i: number): number => Math.sin(0.7 * (i + 1) ** 2);

const SIZES = [1, 2, 3, 4, 5, 8, 13];

function near(found: readonly Complex[], wanted: readonly Complex[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, [re, im]] of wanted.entries()) {
    expect(found[i]?.[0]).toBeCloseTo(re, 5);
    expect(found[i]?.[1]).toBeCloseTo(im, 5);
  }
}

const byPlace = (values: readonly Complex[]): Complex[] =>
  [...values].sort((a, b) => a[0] - b[0] || a[1] - b[1]);

test('real matrices have the eigenvalues that TensorFlow gives, in its order', () => {
  near(
    realEigenvalues([
      [0, 1],
      [-1, 0],
    ]),
    [
      [0, 1],
      [0, -1],
    ],
  );
  near(
    realEigenvalues([
      [1.6243454217910767, -0.6117563843727112],
      [-0.5281717777252197, -1.072968602180481],
    ]),
    [
      [1.7392417, 0],
      [-1.1878648, 0],
    ],
  );
  near(realEigenvalues([]), []);
});

test.each(SIZES)('the algorithms for real and complex matrices agree on %d rows', (size) => {
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_e, j) => mixed(i * size + j)),
  );
  const real = realEigenvalues(rows);
  const complex = complexEigenvalues(complexMatrix(size, (i, j) => [rows[i]?.[j] ?? 0, 0]));
  near(byPlace(real.map(rounded)), byPlace(complex.map(rounded)));
});

const rounded = ([re, im]: Complex): Complex => [
  Math.round(re * 1e8) / 1e8,
  Math.round(im * 1e8) / 1e8,
];

test.each(SIZES)('a matrix of %d rows is put together again from its triangular form', (size) => {
  const a = complexMatrix(size, (i, j) => [mixed(i * size + j), mixed(99 + i * size + j)]);
  const { triangle, vectors } = complexSchur(a);
  near(product(product(vectors, triangle), adjoint(vectors)).flat(), a.flat());
  expect(triangle.every((row, i) => row.slice(0, i).every((x) => sizeOf(x) === 0))).toBe(true);
});

/** The exponential by its series. */
function exponential(a: Complex[][]): Complex[][] {
  let term = complexMatrix(a.length, (i, j) => [i === j ? 1 : 0, 0]);
  let sum = term;
  for (let k = 1; k < 80; k++) {
    const next = product(term, a).map((row) => row.map(([re, im]): Complex => [re / k, im / k]));
    term = next;
    const before = sum;
    sum = complexMatrix(a.length, (i, j) => {
      const [[a0, a1], [b0, b1]] = [before[i]?.[j] ?? [0, 0], next[i]?.[j] ?? [0, 0]];
      return [a0 + b0, a1 + b1];
    });
  }
  return sum;
}

test.each(SIZES)(
  'the exponential of the logarithm of a matrix of %d rows is the matrix',
  (size) => {
    const a = complexMatrix(size, (i, j) => [mixed(i * size + j), mixed(7 + i * size + j)]);
    near(exponential(matrixLogarithm(a)).flat(), a.flat());
  },
);

test('logarithms are those of TensorFlow, also of matrices with one eigenvalue only', () => {
  const a: Complex[][] = [
    [
      [0.8654076457023621, 0.31903910636901855],
      [-2.3015387058258057, -0.24937038123607635],
    ],
    [
      [1.744811773300171, 1.4621078968048096],
      [-0.7612069249153137, -2.060140609741211],
    ],
  ];
  near(matrixLogarithm(a).flat(), [
    [1.2831169, 1.1741807],
    [-1.7657306, -0.27844873],
    [1.2909756, 1.1929407],
    [0.11761719, -0.7216284],
  ]);
  const shear = complexMatrix(2, (i, j) => [j >= i ? 1 : 0, 0]);
  near(matrixLogarithm(shear).flat(), [
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
});
