import {
  adjoint,
  at,
  type ComplexMatrix,
  complexMatrix,
  logOf,
  minus,
  ONE,
  over,
  plus,
  product,
  scaled,
  times,
  ZERO,
} from './complex-matrix.ts';
import { complexSchur, rootsNearOne } from './complex-schur.ts';

/** Terms of the series; each one adds more than a digit. */
const TERMS = 14;

/** `a · b⁻¹` of triangular matrices. */
function quotient(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  const result = complexMatrix(a.length, () => ZERO);
  for (const [i, row] of result.entries()) {
    for (let j = i; j < a.length; j++) {
      let rest = at(a, i, j);
      for (let k = i; k < j; k++) rest = minus(rest, times(row[k] ?? ZERO, at(b, k, j)));
      row[j] = over(rest, at(b, j, j));
    }
  }
  return result;
}

/** The logarithm of a triangular matrix that is near to one: `2 artanh((t − 1)(t + 1)⁻¹)`. */
function nearLogarithm(t: ComplexMatrix): ComplexMatrix {
  const one = complexMatrix(t.length, (i, j) => (i === j ? ONE : ZERO));
  const less = complexMatrix(t.length, (i, j) => minus(at(t, i, j), at(one, i, j)));
  const more = complexMatrix(t.length, (i, j) => plus(at(t, i, j), at(one, i, j)));
  const x = quotient(less, more);
  const square = product(x, x);
  let power = x;
  let sum = x;
  for (let k = 1; k < TERMS; k++) {
    power = product(power, square);
    const [term, before] = [power, sum];
    sum = complexMatrix(t.length, (i, j) =>
      plus(at(before, i, j), scaled(at(term, i, j), 1 / (2 * k + 1))),
    );
  }
  return complexMatrix(t.length, (i, j) => scaled(at(sum, i, j), 2));
}

/**
 * The principal logarithm of a square matrix, by roots of its triangular form (Kenney and Laub, 1989). A matrix with an
 * eigenvalue of zero has none; what comes out then is not finite.
 */
export function matrixLogarithm(a: ComplexMatrix): ComplexMatrix {
  const { triangle, vectors } = complexSchur(a);
  const { root, count } = rootsNearOne(triangle);
  const near = nearLogarithm(root);
  const whole = complexMatrix(a.length, (i, j) =>
    i === j ? logOf(at(triangle, i, i)) : scaled(at(near, i, j), 2 ** count),
  );
  return product(product(vectors, whole), adjoint(vectors));
}
