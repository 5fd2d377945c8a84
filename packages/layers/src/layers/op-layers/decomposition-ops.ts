import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { band, flip, float, only, product } from './matrix-batches.ts';
import { boolAttr, callOp, type OpAttr, type OpOutput, typeAttr } from './op-call.ts';

/** Runs an op on matrices; `outputs` are those for one matrix of a batch. */
function onMatrices(
  op: string,
  x: tf.Tensor,
  outputs: readonly OpOutput[],
  attrs: Readonly<Record<string, OpAttr>> = {},
): tf.Tensor[] {
  const batch = x.shape.slice(0, -2);
  return callOp({
    op,
    inputs: [x],
    attrs: { T: typeAttr('float32'), ...attrs },
    outputs: outputs.map(({ shape, dtype }) => ({ shape: [...batch, ...shape], dtype })),
  });
}

/** Number of rows and of columns. */
function sizeOf({ shape }: tf.Tensor): readonly [number, number] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return [rows, columns];
}

/** Determinants of square matrices. */
export function determinant(x: tf.Tensor): tf.Tensor {
  return only(onMatrices('MatrixDeterminant', x, [float()]));
}

/** Cholesky's decomposition. */
export function cholesky(x: tf.Tensor): tf.Tensor {
  return only(onMatrices('Cholesky', x, [float(...sizeOf(x))]));
}

/** Eigenvalues and eigenvectors of symmetric matrices, of which the lower half counts. */
export function symmetricEigen(x: tf.Tensor): tf.Tensor[] {
  const [n] = sizeOf(x);
  return onMatrices('SelfAdjointEigV2', x, [float(n), float(n, n)], { compute_v: boolAttr(true) });
}

/** Singular values, and the vectors of both sides; as many as there are values. */
export function singularValues(x: tf.Tensor): tf.Tensor[] {
  const [m, n] = sizeOf(x);
  const count = Math.min(m, n);
  return onMatrices('Svd', x, [float(count), float(m, count), float(n, count)], {
    compute_uv: boolAttr(true),
    full_matrices: boolAttr(false),
  });
}

/** Orthogonal and triangular factors; with `full` all columns of the orthogonal one. */
export function orthogonalTriangular(x: tf.Tensor, full: boolean): tf.Tensor[] {
  const [m, n] = sizeOf(x);
  const inner = full ? m : Math.min(m, n);
  return onMatrices('Qr', x, [float(m, inner), float(inner, n)], { full_matrices: boolAttr(full) });
}

/** Both triangular factors in one matrix, and which row each row was. */
export function triangularFactors(x: tf.Tensor): tf.Tensor[] {
  const [n] = sizeOf(x);
  return onMatrices('Lu', x, [float(n, n), { shape: [n], dtype: 'int32' }], {
    output_idx_type: typeAttr('int32'),
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

/** Square roots of square matrices. */
export function matrixSquareRoot(x: tf.Tensor): tf.Tensor {
  return only(onMatrices('MatrixSquareRoot', x, [float(...sizeOf(x))]));
}

/** Eigenvalues of square matrices, complex numbers that are not sorted. */
export function eigenvalues(x: tf.Tensor): tf.Tensor {
  const [n] = sizeOf(x);
  const complex = { dtype: 'complex64' as const };
  const outputs: OpOutput[] = [
    { shape: [...x.shape.slice(0, -2), n], ...complex },
    { shape: [0], ...complex },
  ];
  const type = typeAttr(x.dtype === 'complex64' ? 'complex64' : 'float32');
  const attrs = { T: type, Tout: typeAttr('complex64'), compute_v: boolAttr(false) };
  return only(callOp({ op: 'Eig', inputs: [x], attrs, outputs }));
}

/** Logarithms of square matrices of complex numbers. @throws TypeError for real ones, as in TensorFlow. */
export function matrixLogarithm(x: tf.Tensor): tf.Tensor {
  if (x.dtype !== 'complex64') {
    throw new TypeError(`tf.linalg.logm takes complex numbers, got ${x.dtype}; cast them first.`);
  }
  const attrs = { T: typeAttr('complex64') };
  const outputs: OpOutput[] = [{ shape: x.shape, dtype: 'complex64' }];
  return only(callOp({ op: 'MatrixLogarithm', inputs: [x], attrs, outputs }));
}

/** Terms of the series for a matrix whose rows sum up to a half at most. */
const TERMS = 9;
/** Most squarings in a graph, where nobody knows how many are needed. */
const MOST_SQUARINGS = 16;

/** Exponentials of square matrices: a series for a small part of them, squared again and again. */
export function matrixExponential(x: tf.Tensor): tf.Tensor {
  const length = tf.max(tf.sum(tf.abs(x), -1, true), -2, true);
  const needed = tf.maximum(tf.ceil(tf.div(tf.log(tf.maximum(length, 1e-30)), Math.LN2)), -1);
  const squarings = tf.minimum(tf.add(needed, 1), MOST_SQUARINGS);
  const small = tf.div(x, tf.pow(2, squarings));
  const one = tf.eye(x.shape.at(-1) ?? 0);
  let result = tf.add(tf.zerosLike(x), one);
  for (let k = TERMS; k > 0; k--) result = tf.add(one, product(tf.div(small, k), result));
  const isKnown = !isTracing() && !isMetaBackend();
  const count = isKnown ? Math.max(0, ...squarings.dataSync()) : MOST_SQUARINGS;
  for (let k = 0; k < count; k++) {
    const goesOn = tf.broadcastTo(tf.greater(squarings, k), x.shape);
    result = tf.where(goesOn, product(result, result), result);
  }
  return result;
}

/** Pseudo-inverses; singular values up to `rcond` times the largest count as zero. */
export function pseudoInverse(x: tf.Tensor, rcond: number | null): tf.Tensor {
  const [rows, columns] = sizeOf(x);
  const bound = rcond ?? 10 * Math.max(rows, columns) * 2 ** -23;
  if (isTracing()) return invertedValues(x, bound);
  return tf.customGrad((input, save) => {
    const value = invertedValues(input as tf.Tensor, bound);
    (save as tf.GradSaveFunc)([input as tf.Tensor, value]);
    const gradFunc = (dy: tf.Tensor, [a = dy, p = dy]: tf.Tensor[]): tf.Tensor => {
      const back = flip(p);
      const before = product(
        tf.sub(tf.eye(rows), product(a, p)),
        product(flip(dy), product(p, back)),
      );
      const behind = product(
        product(back, p),
        product(flip(dy), tf.sub(tf.eye(columns), product(p, a))),
      );
      return tf.addN([tf.neg(product(back, product(dy, back))), before, behind]);
    };
    return { value, gradFunc };
  })(x);
}

/** The product of the vectors of both sides, with the values that count inverted. */
function invertedValues(x: tf.Tensor, bound: number): tf.Tensor {
  const [s = x, u = x, v = x] = singularValues(x);
  const counts = tf.greater(s, tf.mul(tf.max(s, -1, true), bound));
  const inverted = tf.div(tf.cast(counts, 'float32'), tf.where(counts, s, tf.onesLike(s)));
  return product(tf.mul(v, tf.expandDims(inverted, -2)), flip(u));
}
