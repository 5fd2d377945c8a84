/**
 * Computes the factor Q of the QR decomposition of a row-major matrix of `rows` ≥ `columns`, with the signs that make
 * the diagonal of R positive. Columns are orthogonalized twice, which is accurate to rounding.
 */
export function orthonormalColumns(
  matrix: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  // Column-major, so that the inner loops run over neighbours.
  const q = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) q[j * rows + i] = matrix[i * columns + j] ?? 0;
    const column = q.subarray(j * rows, (j + 1) * rows);
    for (let pass = 0; pass < 2; pass++) removeComponents(column, q, j, rows);
    normalize(column);
  }
  const result = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) result[i * columns + j] = q[j * rows + i] ?? 0;
  }
  return result;
}

/** Subtracts from a column its components along the first `count` columns. */
function removeComponents(
  column: Float64Array,
  q: Float64Array,
  count: number,
  rows: number,
): void {
  for (let k = 0; k < count; k++) {
    const other = q.subarray(k * rows, (k + 1) * rows);
    const product = dot(column, other);
    for (let i = 0; i < rows; i++) column[i] = (column[i] ?? 0) - product * (other[i] ?? 0);
  }
}

function normalize(column: Float64Array): void {
  const length = Math.sqrt(dot(column, column));
  for (let i = 0; i < column.length; i++) column[i] = (column[i] ?? 0) / length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
