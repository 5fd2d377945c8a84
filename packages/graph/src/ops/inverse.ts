import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../composed/mat-mul.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { onDevice } from '../executor/values.ts';
import { inputAt } from './define.ts';

/** Inverts square matrices by elimination with pivots; differentiable because it consists of few operations. */
const inverse: OpBuilder = ({ attrs }) => {
  const adjoint = attrs.bool('adjoint');
  return (inputs) =>
    tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const inverted = invert(adjoint ? swapAxes(x) : x);
      return inverted;
    });
};

function swapAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

const invert = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((input, save) => {
    const matrix = input as tf.Tensor;
    const size = matrix.shape.at(-1) ?? 0;
    const data = Float32Array.from(matrix.dataSync());
    for (let at = 0; at < data.length; at += size * size) {
      data.set(invertOne(Array.from(data.subarray(at, at + size * size)), size), at);
    }
    const value = tf.tensor(data, matrix.shape, 'float32');
    (save as tf.GradSaveFunc)([value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
        const y = swapAxes(saved as tf.Tensor);
        return tf.neg(matMul(y, matMul(dy, y)));
      },
    };
  })(x);

function invertOne(matrix: number[], size: number): number[] {
  const rows = Array.from({ length: size }, (_, i) => [
    ...matrix.slice(i * size, (i + 1) * size),
    ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let column = 0; column < size; column++) eliminate(rows, column);
  return rows.flatMap((row) => row.slice(size));
}

function eliminate(rows: number[][], column: number): void {
  let best = column;
  for (let i = column + 1; i < rows.length; i++) {
    if (Math.abs(rows[i]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = i;
  }
  const pivot = rows[best];
  const head = pivot?.[column] ?? 0;
  if (pivot === undefined || head === 0) throw new MalformedError('Input is not invertible.');
  rows[best] = rows[column] ?? pivot;
  rows[column] = pivot.map((value) => value / head);
  for (const [i, row] of rows.entries()) {
    const factor = row[column] ?? 0;
    if (i === column || factor === 0) continue;
    rows[i] = row.map((value, j) => value - factor * (rows[column]?.[j] ?? 0));
  }
}

/** Ops that solve linear equations. */
export const inverseOps: OpFamily = {
  MatrixInverse: inverse,
  MatrixSolve: (node) => {
    const adjoint = node.attrs.bool('adjoint');
    return (inputs) =>
      tf.tidy(() => {
        const x = onDevice(inputAt(inputs, 0));
        return matMul(invert(adjoint ? swapAxes(x) : x), onDevice(inputAt(inputs, 1)));
      });
  },
};
