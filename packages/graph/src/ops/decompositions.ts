import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { matMul as product } from '../composed/mat-mul.ts';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import { onDevice } from '../executor/values.ts';
import { squareRoot, squareRootGradient } from '../numbers/matrix-functions.ts';
import {
  cholesky as choleskyOf,
  decomposeLU,
  decomposeQR,
  decomposeSVD,
  eigenSymmetric,
  type Matrix,
  matrixOf,
} from '../numbers/matrix-numbers.ts';
import { band, decompose, diagonal, flip, float, square } from './decompose.ts';
import { inputAt, tidied } from './define.ts';
import { determinant, invert as inverseOf, squares } from './inverse.ts';

/** Cholesky's decomposition. */
function cholesky(x: tf.Tensor): tf.Tensor {
  const [made = x] = decompose(x, {
    outputs: square,
    compute: (a) => [choleskyOf(a).flat()],
    gradient: ([dy = x], _, [lower = x]) => {
      const inner = product(flip(lower), dy);
      const middle = tf.sub(band(inner, -1, 0), tf.mul(band(inner, 0, 0), 0.5));
      const back = inverseOf(lower);
      const whole = product(flip(back), product(middle, back));
      return tf.mul(tf.add(whole, flip(whole)), 0.5);
    },
  });
  return made;
}

/** Eigenvalues and eigenvectors of symmetric matrices, of which the lower half counts. */
function symmetricEigen(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    outputs: (n) => [float(n), float(n, n)],
    compute: (a) => {
      const { values, vectors } = eigenSymmetric(a);
      return [values, vectors.flat()];
    },
    gradient: ([dValues = x, dVectors = x], _, [values = x, vectors = x]) => {
      const apart = tf.sub(tf.expandDims(values, -2), tf.expandDims(values, -1));
      const turned = tf.mul(reciprocalNoNan(apart), product(flip(vectors), dVectors));
      const middle = tf.add(diagonal(dValues), turned);
      const whole = product(vectors, product(middle, flip(vectors)));
      return tf.sub(band(tf.add(whole, flip(whole)), -1, 0), band(whole, 0, 0));
    },
  });
}

const reciprocalNoNan = (x: tf.Tensor): tf.Tensor => {
  const zero = tf.equal(x, 0);
  return tf.where(zero, tf.zerosLike(x), tf.div(1, tf.where(zero, tf.onesLike(x), x)));
};

/** Singular values, and the vectors of both sides; as many as there are values. */
function singularValues(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    outputs: (m, n) => [float(Math.min(m, n)), float(m, Math.min(m, n)), float(n, Math.min(m, n))],
    compute: (a) => {
      const { values, left, right } = decomposeSVD(a);
      return [values, left.flat(), right.flat()];
    },
    gradient: (dys, _, outputs) => singularGradient(dys as Three, outputs as Three),
  });
}

type Three = [tf.Tensor, tf.Tensor, tf.Tensor];

/** Townsend, Differentiating the singular value decomposition (2016). */
function singularGradient([ds, du, dv]: Three, [s, u, v]: Three): tf.Tensor {
  const squares = tf.square(s);
  const apart = reciprocalNoNan(tf.sub(tf.expandDims(squares, -2), tf.expandDims(squares, -1)));
  const turn = (side: tf.Tensor, dy: tf.Tensor): tf.Tensor => {
    const inner = product(flip(side), dy);
    return tf.mul(apart, tf.sub(inner, flip(inner)));
  };
  const [byRow, byColumn] = [tf.expandDims(s, -1), tf.expandDims(s, -2)];
  const middle = tf.addN([tf.mul(turn(u, du), byColumn), tf.mul(byRow, turn(v, dv)), diagonal(ds)]);
  const outside = (side: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
    tf.div(tf.sub(dy, product(side, product(flip(side), dy))), byColumn);
  return tf.addN([
    product(u, product(middle, flip(v))),
    product(outside(u, du), flip(v)),
    product(u, flip(outside(v, dv))),
  ]);
}

/** Orthogonal and triangular factors; with `full` all columns of the orthogonal one. */
function orthogonalTriangular(x: tf.Tensor, full: boolean): tf.Tensor[] {
  return decompose(x, {
    outputs: (m, n) => {
      const inner = full ? m : Math.min(m, n);
      return [float(m, inner), float(inner, n)];
    },
    compute: (a) => {
      const { q, r } = decomposeQR(a);
      const inner = full ? a.length : Math.min(a.length, a[0]?.length ?? 0);
      return [q.flatMap((row) => row.slice(0, inner)), r.slice(0, inner).flat()];
    },
    gradient: ([dq = x, dr = x], input, [q = x, r = x]) => {
      const [rows = 0, columns = 0] = input.shape.slice(-2);
      if (rows >= columns) return triangularGradient(dq, dr, q, r);
      const cut = (y: tf.Tensor): tf.Tensor[] => tf.split(y, [rows, columns - rows], -1);
      const [, y = x] = cut(input);
      const [r1 = x] = cut(r);
      const [d1 = x, d2 = x] = cut(dr);
      const left = triangularGradient(tf.add(dq, product(y, flip(d2))), d1, q, r1);
      return tf.concat([left, product(q, d2)], -1);
    },
  });
}

function triangularGradient(dq: tf.Tensor, dr: tf.Tensor, q: tf.Tensor, r: tf.Tensor): tf.Tensor {
  const inner = tf.sub(product(r, flip(dr)), product(flip(dq), q));
  const lower = tf.sub(band(inner, -1, 0), band(inner, 0, 0));
  const mirrored = tf.addN([lower, flip(lower), band(inner, 0, 0)]);
  return product(tf.add(dq, product(q, mirrored)), flip(inverseOf(r)));
}

/** Both triangular factors in one matrix, and which row each row was. */
function triangularFactors(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    outputs: (n) => [float(n, n), { shape: [n], dtype: 'int32' }],
    compute: (a) => {
      const { packed, order } = decomposeLU(a);
      return [packed.flat(), order];
    },
    gradient: ([dy = x], input, [packed = x, order = x]) => {
      const [lower, upper] = unpack(packed);
      const strict = tf.sub(band(dy, -1, 0), band(dy, 0, 0));
      const fromLower = product(flip(lower), strict);
      const fromUpper = product(band(dy, 0, -1), flip(upper));
      const middle = tf.add(
        tf.sub(band(fromLower, -1, 0), band(fromLower, 0, 0)),
        band(fromUpper, 0, -1),
      );
      const whole = product(flip(inverseOf(lower)), product(middle, flip(inverseOf(upper))));
      return tf.gather(whole, inverseOrder(order), input.rank - 2, input.rank - 2);
    },
  });
}

/** The unit lower and the upper factor. */
function unpack(packed: tf.Tensor): readonly [lower: tf.Tensor, upper: tf.Tensor] {
  const strict = tf.sub(band(packed, -1, 0), band(packed, 0, 0));
  return [tf.add(strict, tf.eye(packed.shape.at(-1) ?? 0)), band(packed, 0, -1)];
}

/** The permutations that undo others. */
function inverseOrder(order: tf.Tensor): tf.Tensor {
  const { indices } = tf.topk(tf.neg(order), order.shape.at(-1) ?? 0, true);
  return indices;
}

/** Something that is computed of a square matrix, with a gradient computed in the same way. */
function matrixFunction(
  x: tf.Tensor,
  compute: (a: Matrix) => Matrix,
  gradient: (output: Matrix, dy: Matrix) => Matrix,
): tf.Tensor {
  const [made = x] = decompose(x, {
    outputs: square,
    compute: (a) => [compute(a).flat()],
    gradient: ([dy = x], input, [output = x]) => {
      const n = x.shape.at(-1) ?? 0;
      const [outs, slopes] = [output, dy].map((each) => each.dataSync());
      const values: number[] = [];
      for (let at = 0; at < (outs?.length ?? 0); at += n * n) {
        const cut = (data: typeof outs): Matrix =>
          matrixOf(n, n, (i, j) => data?.[at + i * n + j] ?? 0);
        values.push(...gradient(cut(outs), cut(slopes)).flat());
      }
      return tf.tensor(values, input.shape);
    },
  });
  return made;
}

const matrixAt = (inputs: Parameters<Kernel>[0]): tf.Tensor => onDevice(inputAt(inputs, 0));

/** An op on one tensor of matrices. */
function onMatrices(run: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]): OpBuilder {
  return () => tidied((inputs) => run(matrixAt(inputs)));
}

/** An op on one tensor of square matrices. */
function onSquares(run: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]): OpBuilder {
  return onMatrices((x) => run(squares(x)));
}

/** What stands for vectors that were not asked for. */
const nothing = (): tf.Tensor => tf.tensor1d([], 'float32');

const eigen: OpBuilder = ({ attrs }) => {
  const vectors = attrs.bool('compute_v');
  return tidied((inputs) => {
    const [values = nothing(), made = nothing()] = symmetricEigen(squares(matrixAt(inputs)));
    return [values, vectors ? made : nothing()];
  });
};

/** @throws UnsupportedError for all columns of the vectors of matrices that are not square. */
const singular: OpBuilder = ({ attrs }) => {
  const [vectors, full] = [attrs.bool('compute_uv'), attrs.bool('full_matrices')];
  return tidied((inputs) => {
    const x = matrixAt(inputs);
    const [s = nothing(), u = nothing(), v = nothing()] = singularValues(x);
    if (!vectors) return [s, nothing(), nothing()];
    if (!full || x.shape.at(-1) === x.shape.at(-2)) return [s, u, v];
    throw new UnsupportedError('Svd with full_matrices runs here on square matrices alone.');
  });
};

const orthogonal: OpBuilder = ({ attrs }) => {
  const full = attrs.bool('full_matrices');
  return tidied((inputs) => orthogonalTriangular(matrixAt(inputs), full));
};

/** Signs and logarithms of the absolute values of determinants. */
function logDeterminant(x: tf.Tensor): tf.Tensor[] {
  const value = determinant(x);
  return [tf.sign(value), tf.log(tf.abs(value))];
}

/** Ops that take matrices apart. */
export const decompositionOps: OpFamily = {
  Cholesky: onSquares(cholesky),
  LogMatrixDeterminant: onSquares(logDeterminant),
  Lu: onSquares(triangularFactors),
  MatrixSquareRoot: onSquares((x) =>
    matrixFunction(x, squareRoot, (root, dy) => squareRootGradient(root, dy)),
  ),
  Qr: orthogonal,
  SelfAdjointEigV2: eigen,
  Svd: singular,
};
