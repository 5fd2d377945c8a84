import {
  elementOf,
  type Matrix,
  matrixOf,
  multiply,
  solveMatrix,
  transposed,
} from './matrix-numbers.ts';

/** The exponential of a square matrix: a series for a small part of it, squared again and again. */
export function exponential(a: Matrix): Matrix {
  const size = Math.max(0, ...a.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0)));
  const halvings = Math.max(0, Math.ceil(Math.log2(Math.max(size, 1e-300))) + 3);
  const small = a.map((row) => row.map((x) => x / 2 ** halvings));
  let term = matrixOf(a.length, a.length, (i, j) => (i === j ? 1 : 0));
  let sum = term;
  for (let k = 1; k < 20; k++) {
    term = multiply(term, small).map((row) => row.map((x) => x / k));
    sum = add(sum, term);
  }
  for (let k = 0; k < halvings; k++) sum = multiply(sum, sum);
  return sum;
}

const add = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, i) => row.map((x, j) => x + elementOf(b, i, j)));

/** Gradient of the exponential by its input, from that of the output (Higham, Functions of Matrices, 3.6). */
export function exponentialGradient(a: Matrix, dy: Matrix): Matrix {
  const size = a.length;
  const flipped = transposed(a);
  const wide = matrixOf(2 * size, 2 * size, (i, j) => {
    if (i < size && j >= size) return elementOf(dy, i, j - size);
    return i < size === j < size ? elementOf(flipped, i % size, j % size) : 0;
  });
  const result = exponential(wide);
  return matrixOf(size, size, (i, j) => elementOf(result, i, j + size));
}

/** The square root of a square matrix (the iteration of Denman and Beavers). */
export function squareRoot(a: Matrix): Matrix {
  const one = matrixOf(a.length, a.length, (i, j) => (i === j ? 1 : 0));
  let [y, z] = [a, one];
  for (let k = 0; k < 60; k++) {
    const [yInverse, zInverse] = [solveMatrix(y, one), solveMatrix(z, one)];
    const next = half(add(y, zInverse));
    z = half(add(z, yInverse));
    const change = next
      .flat()
      .reduce((most, x, i) => Math.max(most, Math.abs(x - (y.flat()[i] ?? 0))), 0);
    y = next;
    if (change < 1e-15) break;
  }
  return y;
}

const half = (a: Matrix): Matrix => a.map((row) => row.map((x) => x / 2));

/** Gradient of the square root by its input, from the output and its gradient: a Sylvester equation. */
export function squareRootGradient(root: Matrix, dy: Matrix): Matrix {
  const size = root.length;
  const system = matrixOf(size * size, size * size, (row, column) => {
    const [i, j, k, l] = [
      Math.floor(row / size),
      row % size,
      Math.floor(column / size),
      column % size,
    ];
    return (j === l ? elementOf(root, k, i) : 0) + (i === k ? elementOf(root, j, l) : 0);
  });
  const right = dy.flat().map((x) => [x]);
  const flat = solveMatrix(system, right);
  return matrixOf(size, size, (i, j) => elementOf(flat, i * size + j, 0));
}
