import { elementOf, type Matrix, matrixOf, solveMatrix } from './matrix-numbers.ts';

const add = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, i) => row.map((x, j) => x + elementOf(b, i, j)));

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
