import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { ComplexTensor, type Value } from '../executor/values.ts';
import { type Complex, type ComplexMatrix, complexMatrix } from '../numbers/complex-matrix.ts';
import { complexEigenvalues } from '../numbers/complex-schur.ts';
import { matrixLogarithm } from '../numbers/matrix-logarithm.ts';
import { matrixOf } from '../numbers/matrix-numbers.ts';
import { realEigenvalues } from '../numbers/real-eigenvalues.ts';
import { complexResult, pairOf } from './complex.ts';
import { inputAt } from './define.ts';

/** What a batch of square matrices consists of. */
interface Squares {
  readonly batch: readonly number[];
  readonly size: number;
  readonly matrices: readonly ComplexMatrix[];
}

/** The matrices of a tensor. @throws MalformedError for those that are not square. */
function squaresOf(value: Value): Squares {
  const [re, im] = tf.tidy(() => pairOf(value).map((part) => part.dataSync()));
  const shape = pairOf(value)[0].shape;
  const size = shape.at(-1) ?? 0;
  if (shape.length < 2 || shape.at(-2) !== size) {
    throw new MalformedError(`Tensors of shape [${shape.join(', ')}] are no square matrices.`);
  }
  const batch = shape.slice(0, -2);
  const matrices = Array.from({ length: tf.util.sizeFromShape(batch) }, (_, b) =>
    complexMatrix(size, (i, j) => {
      const place = (b * size + i) * size + j;
      return [re?.[place] ?? 0, im?.[place] ?? 0];
    }),
  );
  return { batch, size, matrices };
}

/** A complex tensor of numbers. */
function complexOf(numbers: readonly Complex[], shape: readonly number[]): ComplexTensor {
  const part = (which: 0 | 1): tf.Tensor =>
    tf.tensor(
      Float32Array.from(numbers, (each) => each[which]),
      [...shape],
    );
  return complexResult(() => [part(0), part(1)]);
}

const isReal = (value: Value): boolean =>
  !(value instanceof ComplexTensor) && !(value instanceof tf.Tensor && value.dtype === 'complex64');

/** Eigenvalues in TensorFlow's order. @throws UnsupportedError when vectors are asked for. */
const eigenvalues: OpBuilder = ({ attrs, where }) => {
  if (attrs.bool('compute_v')) {
    throw new UnsupportedError(`${where}: eigenvectors of matrices that are not symmetric.`);
  }
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const { batch, size, matrices } = squaresOf(x);
    const real = isReal(x);
    const values = matrices.flatMap((matrix) =>
      real
        ? realEigenvalues(matrixOf(size, size, (i, j) => matrix[i]?.[j]?.[0] ?? 0))
        : complexEigenvalues(matrix),
    );
    return [complexOf(values, [...batch, size]), complexOf([], [0])];
  };
};

/** Ops that take square matrices apart, symmetric or not. */
export const eigenOps: OpFamily = {
  Eig: eigenvalues,
  MatrixLogarithm: () => (inputs) => {
    const { batch, size, matrices } = squaresOf(inputAt(inputs, 0));
    const logarithms = matrices.flatMap((matrix) => matrixLogarithm(matrix).flat());
    return complexOf(logarithms, [...batch, size, size]);
  },
};
