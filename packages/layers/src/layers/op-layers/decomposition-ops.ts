import * as tf from '@tensorflow/tfjs-core';
import {
  band,
  decompose,
  diagonal,
  flip,
  float,
  inverse,
  only,
  product,
  square,
} from './matrix-batches.ts';
import {
  exponential,
  exponentialGradient,
  squareRoot,
  squareRootGradient,
} from './matrix-functions.ts';
import {
  cholesky as choleskyOf,
  decomposeLU,
  decomposeQR,
  decomposeSVD,
  determinant as determinantOf,
  eigenSymmetric,
  type Matrix,
  matrixOf,
  multiply,
  transposed,
} from './matrix-numbers.ts';

/** Determinants of square matrices. */
export function determinant(x: tf.Tensor): tf.Tensor {
  return only(
    decompose(x, {
      op: 'MatrixDeterminant',
      outputs: () => [float()],
      compute: (a) => [[determinantOf(a)]],
      gradient: ([dy = x], input, [value = x]) => {
        const scale = tf.expandDims(tf.expandDims(tf.mul(dy, value), -1), -1);
        return tf.mul(scale, flip(inverse(input)));
      },
    }),
  );
}

/** Cholesky's decomposition. */
export function cholesky(x: tf.Tensor): tf.Tensor {
  return only(
    decompose(x, {
      op: 'Cholesky',
      outputs: square,
      compute: (a) => [choleskyOf(a).flat()],
      gradient: ([dy = x], _, [lower = x]) => {
        const inner = product(flip(lower), dy);
        const middle = tf.sub(band(inner, -1, 0), tf.mul(band(inner, 0, 0), 0.5));
        const back = inverse(lower);
        const whole = product(flip(back), product(middle, back));
        return tf.mul(tf.add(whole, flip(whole)), 0.5);
      },
    }),
  );
}

/** Eigenvalues and eigenvectors of symmetric matrices, of which the lower half counts. */
export function symmetricEigen(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    op: 'SelfAdjointEigV2',
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
export function singularValues(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    op: 'Svd',
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
export function orthogonalTriangular(x: tf.Tensor, full: boolean): tf.Tensor[] {
  return decompose(x, {
    op: 'Qr',
    attrs: { full_matrices: { b: full } },
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
  return product(tf.add(dq, product(q, mirrored)), flip(inverse(r)));
}

/** Both triangular factors in one matrix, and which row each row was. */
export function triangularFactors(x: tf.Tensor): tf.Tensor[] {
  return decompose(x, {
    op: 'Lu',
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
      const whole = product(flip(inverse(lower)), product(middle, flip(inverse(upper))));
      return tf.gather(whole, inverseOrder(order), input.rank - 2, input.rank - 2);
    },
  });
}

/** The unit lower and the upper factor. */
export function unpack(packed: tf.Tensor): readonly [lower: tf.Tensor, upper: tf.Tensor] {
  const strict = tf.sub(band(packed, -1, 0), band(packed, 0, 0));
  return [tf.add(strict, tf.eye(packed.shape.at(-1) ?? 0)), band(packed, 0, -1)];
}

/** The permutations that undo others. */
export function inverseOrder(order: tf.Tensor): tf.Tensor {
  const { indices } = tf.topk(tf.neg(order), order.shape.at(-1) ?? 0, true);
  return indices;
}

/** Something that is computed of a matrix, with a gradient computed in the same way. */
function matrixFunction(
  x: tf.Tensor,
  op: string,
  compute: (a: Matrix) => Matrix,
  gradient: (input: Matrix, output: Matrix, dy: Matrix) => Matrix,
): tf.Tensor {
  return only(
    decompose(x, {
      op,
      outputs: square,
      compute: (a) => [compute(a).flat()],
      gradient: ([dy = x], input, [output = x]) => {
        const n = x.shape.at(-1) ?? 0;
        const [ins, outs, slopes] = [input, output, dy].map((each) => each.dataSync());
        const values: number[] = [];
        for (let at = 0; at < (ins?.length ?? 0); at += n * n) {
          const cut = (data: typeof ins): Matrix =>
            matrixOf(n, n, (i, j) => data?.[at + i * n + j] ?? 0);
          values.push(...gradient(cut(ins), cut(outs), cut(slopes)).flat());
        }
        return tf.tensor(values, input.shape);
      },
    }),
  );
}

/** Exponentials of square matrices. */
export const matrixExponential = (x: tf.Tensor): tf.Tensor =>
  matrixFunction(x, 'MatrixExponential', exponential, (a, _, dy) => exponentialGradient(a, dy));

/** Square roots of square matrices. */
export const matrixSquareRoot = (x: tf.Tensor): tf.Tensor =>
  matrixFunction(x, 'MatrixSquareRoot', squareRoot, (_, root, dy) => squareRootGradient(root, dy));

/** Pseudo-inverses; singular values up to `rcond` times the largest count as zero. */
export function pseudoInverse(x: tf.Tensor, rcond: number | null): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const bound = rcond ?? 10 * Math.max(rows, columns) * 2 ** -23;
  return only(
    decompose(x, {
      op: 'PseudoInverse',
      outputs: (m, n) => [float(n, m)],
      compute: (a) => {
        const { values, left, right } = decomposeSVD(a);
        const least = bound * (values[0] ?? 0);
        const scaled = right.map((row) =>
          row.map((value, i) => ((values[i] ?? 0) > least ? value / (values[i] ?? 1) : 0)),
        );
        return [multiply(scaled, transposed(left)).flat()];
      },
      gradient: ([dy = x], a, [p = x]) => {
        const back = flip(p);
        const one = (n: number): tf.Tensor => tf.eye(n);
        const before = product(
          tf.sub(one(rows), product(a, p)),
          product(flip(dy), product(p, back)),
        );
        const behind = product(
          product(back, p),
          product(flip(dy), tf.sub(one(columns), product(p, a))),
        );
        return tf.addN([tf.neg(product(back, product(dy, back))), before, behind]);
      },
    }),
  );
}
