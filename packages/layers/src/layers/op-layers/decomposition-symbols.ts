import * as tf from '@tensorflow/tfjs-core';
import {
  cholesky,
  determinant,
  eigenvalues,
  inverseOrder,
  matrixExponential,
  matrixLogarithm,
  matrixSquareRoot,
  orthogonalTriangular,
  pseudoInverse,
  singularValues,
  symmetricEigen,
  triangularFactors,
  unpack,
} from './decomposition-ops.ts';
import { band, flip, inverse, product } from './matrix-batches.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const first = (list: readonly tf.Tensor[]): tf.Tensor => list[0] ?? tf.scalar(0);

const solve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => product(inverse(a), b);

function solveTriangular(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const lower = args.raw('lower') !== false;
  const part = lower ? band(x, -1, 0) : band(x, 0, -1);
  return solve(args.flag('adjoint') ? flip(part) : part, args.tensor('rhs', x));
}

function solveCholesky(input: unknown, args: SymbolArgs): tf.Tensor {
  const lower = band(toOperand(input), -1, 0);
  return solve(flip(lower), solve(lower, args.tensor('rhs', lower)));
}

/** The solution with the smallest squares of the errors, or of itself where there are several. */
function leastSquares(input: unknown, args: SymbolArgs): tf.Tensor {
  const a = toOperand(input);
  const b = args.tensor('rhs', a);
  const penalty = args.number('l2_regularizer', 0);
  if (penalty === 0 && args.raw('fast') === false) return product(pseudoInverse(a, null), b);
  const [rows = 0, columns = 0] = a.shape.slice(-2);
  const regular = (gram: tf.Tensor): tf.Tensor =>
    tf.add(gram, tf.mul(tf.eye(Math.min(rows, columns)), penalty));
  return rows >= columns
    ? solve(regular(product(flip(a), a)), product(flip(a), b))
    : product(flip(a), solve(regular(product(a, flip(a))), b));
}

function singular(input: unknown, args: SymbolArgs): tf.Tensor | tf.Tensor[] {
  const x = toOperand(input);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  if (args.raw('compute_uv') === false) return first(singularValues(x));
  if (args.flag('full_matrices') && rows !== columns) {
    throw new RangeError('tf.linalg.svd is known without full_matrices.');
  }
  return singularValues(x);
}

/** Number of singular values that are not negligible. */
function rank(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const values = first(singularValues(x));
  const given = args.raw('tol');
  const scale = Math.max(...x.shape.slice(-2)) * 2 ** -23;
  const bound = given === null ? tf.mul(tf.max(values, -1, true), scale) : args.tensor('tol');
  return tf.sum(tf.cast(tf.greater(values, bound), 'int32'), -1);
}

/** Rows of matrices in an order of their own for each. */
function rowsAt(x: tf.Tensor, order: tf.Tensor): tf.Tensor {
  const places = tf.cast(order, 'int32');
  return tf.gather(x, places, places.rank - 1, places.rank - 1);
}

function solvePacked(packed: tf.Tensor, order: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [lower, upper] = unpack(packed);
  return solve(upper, solve(lower, rowsAt(b, order)));
}

function rebuild(input: unknown, args: SymbolArgs): tf.Tensor {
  const [lower, upper] = unpack(toOperand(input));
  return rowsAt(product(lower, upper), inverseOrder(tf.cast(args.tensor('perm'), 'int32')));
}

/** Diagonals above, in and below the middle, as they lie in rows of the same length. */
function diagonalsOf(value: unknown, form: string): readonly [tf.Tensor, tf.Tensor, tf.Tensor] {
  if (form === 'sequence') {
    const [above, middle, below] = (value as unknown[]).map((each) => toOperand(each));
    return [above ?? tf.scalar(0), middle ?? tf.scalar(0), below ?? tf.scalar(0)];
  }
  const [above, middle, below] = tf.unstack(toOperand(value), toOperand(value).rank - 2);
  return [above ?? tf.scalar(0), middle ?? tf.scalar(0), below ?? tf.scalar(0)];
}

/** A vector on a diagonal of square matrices, cut to fit. */
function onDiagonal(values: tf.Tensor, offset: number): tf.Tensor {
  const size = values.shape.at(-1) ?? 0;
  const ones = Array.from({ length: size * size }, (_, i) =>
    (i % size) - Math.floor(i / size) === offset ? 1 : 0,
  );
  const mask = tf.tensor2d(ones, [size, size]);
  return tf.mul(tf.expandDims(values, -1), mask);
}

function tridiagonal(input: unknown, args: SymbolArgs): tf.Tensor {
  const form = args.text('diagonals_format', 'compact');
  if (form === 'matrix') return band(toOperand(input), 1, 1);
  const [above, middle, below] = diagonalsOf(input, form);
  return tf.addN([onDiagonal(above, 1), onDiagonal(middle, 0), onDiagonal(below, -1)]);
}

function tridiagonalProduct(input: unknown, args: SymbolArgs): tf.Tensor {
  return product(tridiagonal(input, args), args.tensor('rhs'));
}

function tridiagonalSolve(input: unknown, args: SymbolArgs): tf.Tensor {
  const matrix = tridiagonal(input, args);
  const given = args.tensor('rhs', matrix);
  const vectors = given.rank === matrix.rank - 1;
  const transposes = args.flag('transpose_rhs') || args.flag('conjugate_rhs');
  const columns = vectors ? tf.expandDims(given, -1) : transposes ? flip(given) : given;
  const solution = solve(matrix, columns);
  return vectors ? tf.squeeze(solution, [-1]) : solution;
}

const adjointed = (input: unknown, args: SymbolArgs): tf.Tensor => {
  const x = toOperand(input);
  return args.flag('adjoint') ? flip(x) : x;
};

/** Returns the functions that take matrices apart or solve equations, by their names without `tf.`. */
export function decompositionSymbols(): readonly Entry[] {
  const values: SymbolFunction = (input) => first(symmetricEigen(toOperand(input)));
  const order = (args: SymbolArgs): tf.Tensor => args.tensor('perm');
  return [
    ['linalg.inv', (input, args) => inverse(adjointed(input, args))],
    [
      'linalg.solve',
      (input, args) => solve(adjointed(input, args), args.tensor('rhs', toOperand(input))),
    ],
    ['linalg.det', (input) => determinant(toOperand(input))],
    ['linalg.cholesky', (input) => cholesky(toOperand(input))],
    ['linalg.cholesky_solve', solveCholesky],
    ['linalg.triangular_solve', solveTriangular],
    ['linalg.lstsq', leastSquares],
    [
      'linalg.pinv',
      (input, args) => pseudoInverse(toOperand(input), args.raw('rcond') as number | null),
    ],
    ['linalg.expm', (input) => matrixExponential(toOperand(input))],
    ['linalg.sqrtm', (input) => matrixSquareRoot(toOperand(input))],
    ['matrix_square_root', (input) => matrixSquareRoot(toOperand(input))],
    ['linalg.eigh', (input) => symmetricEigen(toOperand(input))],
    ['linalg.eigvalsh', values],
    ['linalg.eigvals', (input) => eigenvalues(toOperand(input))],
    ['linalg.logm', (input) => matrixLogarithm(toOperand(input))],
    ['linalg.svd', singular],
    ['linalg.matrix_rank', rank],
    [
      'linalg.qr',
      (input, args) => orthogonalTriangular(toOperand(input), args.flag('full_matrices')),
    ],
    ['linalg.lu', (input) => triangularFactors(toOperand(input))],
    [
      'linalg.lu_solve',
      (input, args) => solvePacked(toOperand(input), order(args), args.tensor('rhs')),
    ],
    [
      'linalg.lu_matrix_inverse',
      (input, args) => {
        const packed = toOperand(input);
        const one = tf.add(tf.zerosLike(packed), tf.eye(packed.shape.at(-1) ?? 0));
        return solvePacked(packed, order(args), one);
      },
    ],
    ['linalg.lu_reconstruct', rebuild],
    ['linalg.adjoint', (input) => flip(toOperand(input))],
    ['linalg.tridiagonal_matmul', tridiagonalProduct],
    ['linalg.tridiagonal_solve', tridiagonalSolve],
  ];
}
