import {
  at,
  type Complex,
  type ComplexMatrix,
  complexMatrix,
  conjugate,
  minus,
  ONE,
  over,
  plus,
  rootOf,
  scaled,
  sizeOf,
  times,
  ZERO,
} from './complex-matrix.ts';

/** A square matrix as `vectors · triangle · vectors*`. */
export interface Schur {
  readonly triangle: ComplexMatrix;
  readonly vectors: ComplexMatrix;
}

/** A rotation of two neighbouring axes. */
interface Rotation {
  readonly c: number;
  readonly s: Complex;
}

/** The rotation that turns the second of two numbers to zero. */
function rotationFor(a: Complex, b: Complex): Rotation {
  const [first, second] = [sizeOf(a), sizeOf(b)];
  const length = Math.hypot(first, second);
  if (second === 0) return { c: 1, s: ZERO };
  const phase: Complex = first === 0 ? ONE : scaled(a, 1 / first);
  return { c: first / length, s: scaled(times(phase, conjugate(b)), 1 / length) };
}

/** Rotates two rows, and the same columns back. */
function rotate({ triangle, vectors }: Schur, axis: number, { c, s }: Rotation): void {
  const [upper = [], lower = []] = [triangle[axis], triangle[axis + 1]];
  for (const [j, a] of [...upper].entries()) {
    const b = lower[j] ?? ZERO;
    upper[j] = plus(scaled(a, c), times(s, b));
    lower[j] = minus(scaled(b, c), times(conjugate(s), a));
  }
  for (const row of [...triangle, ...vectors]) {
    const [a, b] = [row[axis] ?? ZERO, row[axis + 1] ?? ZERO];
    row[axis] = plus(scaled(a, c), times(conjugate(s), b));
    row[axis + 1] = minus(scaled(b, c), times(s, a));
  }
}

/** Makes all elements zero that lie more than one row below the diagonal. */
function toHessenberg(schur: Schur): void {
  const { triangle } = schur;
  for (let column = 0; column < triangle.length - 2; column++) {
    for (let row = triangle.length - 1; row > column + 1; row--) {
      rotate(schur, row - 1, rotationFor(at(triangle, row - 1, column), at(triangle, row, column)));
    }
  }
}

const norm = ([a, b]: Complex): number => Math.abs(a) + Math.abs(b);

/** The eigenvalue of the last two rows that is nearer to the last element. */
function shiftOf(t: ComplexMatrix, last: number, iteration: number): Complex {
  if (iteration % 10 === 0) {
    const stuck = Math.abs(at(t, last, last - 1)[0]) + Math.abs(at(t, last - 1, last - 2)[0]);
    return [stuck, 0];
  }
  const [a, d] = [at(t, last - 1, last - 1), at(t, last, last)];
  const beside = times(at(t, last - 1, last), at(t, last, last - 1));
  const apart = minus(a, d);
  const root = rootOf(plus(times(apart, apart), scaled(beside, 4)));
  const middle = plus(a, d);
  const [one, two] = [plus(middle, root), minus(middle, root)].map((x) => scaled(x, 0.5));
  if (one === undefined || two === undefined) return d;
  return norm(minus(one, d)) < norm(minus(two, d)) ? one : two;
}

/** Steps for each row after which no more is expected. */
const MAX_STEPS = 100;

const isNegligible = (t: ComplexMatrix, row: number): boolean =>
  norm(at(t, row + 1, row)) <=
  Number.EPSILON * (norm(at(t, row, row)) + norm(at(t, row + 1, row + 1)));

/** Decomposes a square matrix by the QR algorithm with single shifts. */
export function complexSchur(a: ComplexMatrix): Schur {
  const size = a.length;
  const vectors = complexMatrix(size, (i, j) => (i === j ? ONE : ZERO));
  const schur: Schur = { triangle: complexMatrix(size, (i, j) => at(a, i, j)), vectors };
  const { triangle } = schur;
  toHessenberg(schur);
  let last = size - 1;
  let iteration = 0;
  for (let step = 0; last > 0 && step < MAX_STEPS * size; step++) {
    if (isNegligible(triangle, last - 1)) {
      last -= 1;
      iteration = 0;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isNegligible(triangle, first - 1)) first -= 1;
    iteration += 1;
    const shift = shiftOf(triangle, last, iteration);
    let [x, y] = [minus(at(triangle, first, first), shift), at(triangle, first + 1, first)];
    for (let axis = first; axis < last; axis++) {
      rotate(schur, axis, rotationFor(x, y));
      [x, y] = [at(triangle, axis + 1, axis), at(triangle, axis + 2, axis)];
    }
  }
  return { triangle: complexMatrix(size, (i, j) => (i > j ? ZERO : at(triangle, i, j))), vectors };
}

/** Eigenvalues of a complex matrix, the nearest to zero first. */
export function complexEigenvalues(a: ComplexMatrix): Complex[] {
  const { triangle } = complexSchur(a);
  const values = triangle.map((_, i) => at(triangle, i, i));
  return values.sort((x, y) => sizeOf(x) - sizeOf(y));
}

/** The square root of a triangular matrix. */
function triangularRoot(t: ComplexMatrix): ComplexMatrix {
  const root = complexMatrix(t.length, (i, j) => (i === j ? rootOf(at(t, i, i)) : ZERO));
  for (let j = 1; j < t.length; j++) {
    for (let i = j - 1; i >= 0; i--) {
      let rest = at(t, i, j);
      for (let k = i + 1; k < j; k++) rest = minus(rest, times(at(root, i, k), at(root, k, j)));
      const row = root[i];
      if (row) row[j] = over(rest, plus(at(root, i, i), at(root, j, j)));
    }
  }
  return root;
}

/** How near to one a matrix is before a series takes over, and most roots until then. */
const NEAR = 0.2;
const MAX_ROOTS = 60;

/** Takes roots until a triangular matrix is near to one; gives how many. */
export function rootsNearOne(t: ComplexMatrix): { readonly root: ComplexMatrix; count: number } {
  let root = t;
  let count = 0;
  const isFar = (): boolean =>
    root.some(
      (row, i) => row.reduce((sum, x, j) => sum + sizeOf(minus(x, i === j ? ONE : ZERO)), 0) > NEAR,
    );
  while (count < MAX_ROOTS && isFar()) {
    root = triangularRoot(root);
    count += 1;
  }
  return { root, count };
}
