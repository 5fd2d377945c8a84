/** A matrix as rows of numbers. */
export type Matrix = number[][];

/** Makes a matrix. */
export function matrixOf(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Matrix {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_e, j) => at(i, j)),
  );
}

/** An element; zero outside. */
export const elementOf = (a: Matrix, row: number, column: number): number => a[row]?.[column] ?? 0;

/** The product of two matrices. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    Array.from({ length: b[0]?.length ?? 0 }, (_, j) =>
      row.reduce((sum, value, k) => sum + value * elementOf(b, k, j), 0),
    ),
  );
}

/** The matrix with rows and columns exchanged. */
export const transposed = (a: Matrix): Matrix =>
  matrixOf(a[0]?.length ?? 0, a.length, (i, j) => elementOf(a, j, i));

/** What {@link decomposeLU} gives: both factors in one matrix, and which row of the input each row was. */
export interface LU {
  readonly packed: Matrix;
  readonly order: number[];
  /** Determinant of the permutation. */
  readonly sign: number;
}

/** Decomposes a square matrix into triangular ones, with the largest pivots. */
export function decomposeLU(a: Matrix): LU {
  const packed = a.map((row) => [...row]);
  const order = a.map((_, i) => i);
  let sign = 1;
  for (let k = 0; k < packed.length; k++) {
    let best = k;
    for (let i = k + 1; i < packed.length; i++) {
      if (Math.abs(elementOf(packed, i, k)) > Math.abs(elementOf(packed, best, k))) best = i;
    }
    if (best !== k) {
      sign = -sign;
      exchange(packed, k, best);
      exchange(order, k, best);
    }
    eliminateBelow(packed, k);
  }
  return { packed, order, sign };
}

function exchange<T>(list: T[], i: number, j: number): void {
  const [a, b] = [list[i], list[j]];
  if (a === undefined || b === undefined) return;
  list[i] = b;
  list[j] = a;
}

function eliminateBelow(packed: Matrix, k: number): void {
  const pivot = elementOf(packed, k, k);
  if (pivot === 0) return;
  for (const row of packed.slice(k + 1)) {
    const factor = (row[k] ?? 0) / pivot;
    row[k] = factor;
    for (let j = k + 1; j < row.length; j++)
      row[j] = (row[j] ?? 0) - factor * elementOf(packed, k, j);
  }
}

/** The determinant of a square matrix. */
export function determinant(a: Matrix): number {
  const { packed, sign } = decomposeLU(a);
  return packed.reduce((product, row, i) => product * (row[i] ?? 0), sign);
}

/** Solves a·x = b for all columns of b. */
export function solveMatrix(a: Matrix, b: Matrix): Matrix {
  const { packed, order } = decomposeLU(a);
  const x = order.map((row) => [...(b[row] ?? [])]);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, i, k, elementOf(packed, i, k));
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) subtractRow(x, i, k, elementOf(packed, i, k));
    const pivot = elementOf(packed, i, i);
    x[i] = (x[i] ?? []).map((value) => value / pivot);
  }
  return x;
}

function subtractRow(x: Matrix, target: number, source: number, factor: number): void {
  x[target] = (x[target] ?? []).map((value, j) => value - factor * elementOf(x, source, j));
}

/** The lower triangular matrix whose product with its transpose is the input, of which only the lower part counts. */
export function cholesky(a: Matrix): Matrix {
  const lower = matrixOf(a.length, a.length, () => 0);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = elementOf(a, i, j);
      for (let k = 0; k < j; k++) sum -= elementOf(lower, i, k) * elementOf(lower, j, k);
      const row = lower[i] ?? [];
      row[j] = i === j ? Math.sqrt(sum) : sum / elementOf(lower, j, j);
    }
  }
  return lower;
}

/** Eigenvalues of a symmetric matrix in ascending order, and the eigenvectors as columns (Jacobi's method). */
export function eigenSymmetric(given: Matrix): {
  readonly values: number[];
  readonly vectors: Matrix;
} {
  const size = given.length;
  const a = matrixOf(size, size, (i, j) => elementOf(given, Math.max(i, j), Math.min(i, j)));
  const v = matrixOf(size, size, (i, j) => (i === j ? 1 : 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) off += rotate(a, v, p, q);
    }
    if (off < 1e-300) break;
  }
  const order = a.map((_, i) => i).sort((i, j) => elementOf(a, i, i) - elementOf(a, j, j));
  return {
    values: order.map((i) => elementOf(a, i, i)),
    vectors: v.map((row) => order.map((i) => row[i] ?? 0)),
  };
}

/** Makes one element of a symmetric matrix zero; returns its square. */
function rotate(a: Matrix, v: Matrix, p: number, q: number): number {
  const apq = elementOf(a, p, q);
  if (apq === 0) return 0;
  const theta = (elementOf(a, q, q) - elementOf(a, p, p)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  turnColumns(a, p, q, c, s);
  const flipped = transposed(a);
  turnColumns(flipped, p, q, c, s);
  transposed(flipped).forEach((row, i) => {
    a[i] = row;
  });
  turnColumns(v, p, q, c, s);
  return apq * apq;
}

function turnColumns(a: Matrix, p: number, q: number, c: number, s: number): void {
  for (const row of a) {
    const [x, y] = [row[p] ?? 0, row[q] ?? 0];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}

/** Singular values, the largest first, with the vectors of both sides as columns (Jacobi's method on columns). */
export interface SVD {
  readonly values: number[];
  readonly left: Matrix;
  readonly right: Matrix;
}

/** Decomposes a matrix into its singular values and vectors. */
export function decomposeSVD(a: Matrix): SVD {
  const [rows, columns] = [a.length, a[0]?.length ?? 0];
  if (rows < columns) {
    const { values, left, right } = decomposeSVD(transposed(a));
    return { values, left: right, right: left };
  }
  const work = a.map((row) => [...row]);
  const right = matrixOf(columns, columns, (i, j) => (i === j ? 1 : 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) turned = orthogonalize(work, right, p, q) || turned;
    }
    if (!turned) break;
  }
  const lengths = Array.from({ length: columns }, (_, j) =>
    Math.hypot(...work.map((row) => row[j] ?? 0)),
  );
  const order = lengths.map((_, i) => i).sort((i, j) => (lengths[j] ?? 0) - (lengths[i] ?? 0));
  return {
    values: order.map((i) => lengths[i] ?? 0),
    left: work.map((row) => order.map((i) => (lengths[i] ? (row[i] ?? 0) / (lengths[i] ?? 1) : 0))),
    right: right.map((row) => order.map((i) => row[i] ?? 0)),
  };
}

/** Makes two columns orthogonal; false if they were. */
function orthogonalize(work: Matrix, right: Matrix, p: number, q: number): boolean {
  let [pp, qq, pq] = [0, 0, 0];
  for (const row of work) {
    const [x, y] = [row[p] ?? 0, row[q] ?? 0];
    pp += x * x;
    qq += y * y;
    pq += x * y;
  }
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) return false;
  const theta = (qq - pp) / (2 * pq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  turnColumns(work, p, q, c, t * c);
  turnColumns(right, p, q, c, t * c);
  return true;
}

/** An orthogonal matrix, all of its columns, and an upper triangular one (Householder's method). */
export function decomposeQR(a: Matrix): { readonly q: Matrix; readonly r: Matrix } {
  const rows = a.length;
  let r = a.map((row) => [...row]);
  let q = matrixOf(rows, rows, (i, j) => (i === j ? 1 : 0));
  for (let k = 0; k < Math.min(rows - 1, a[0]?.length ?? 0); k++) {
    const column = r.map((row, i) => (i < k ? 0 : (row[k] ?? 0)));
    const head = column[k] ?? 0;
    const length = Math.hypot(...column);
    if (Math.hypot(...column.slice(k + 1)) === 0) continue;
    column[k] = head + (head < 0 ? -length : length);
    const square = column.reduce((sum, value) => sum + value * value, 0);
    const mirror = matrixOf(
      rows,
      rows,
      (i, j) => (i === j ? 1 : 0) - (2 * (column[i] ?? 0) * (column[j] ?? 0)) / square,
    );
    r = multiply(mirror, r);
    q = multiply(q, mirror);
  }
  return { q, r: r.map((row, i) => row.map((value, j) => (j < i ? 0 : value))) };
}
