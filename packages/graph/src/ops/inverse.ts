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
      const x = squares(onDevice(inputAt(inputs, 0)));
      return invert(adjoint ? swapAxes(x) : x);
    });
};

function swapAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Inverts square matrices. */
export const invert = (x: tf.Tensor): tf.Tensor =>
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

/** Determinants of square matrices. */
export const determinant = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((input, save) => {
    const matrix = input as tf.Tensor;
    const size = matrix.shape.at(-1) ?? 0;
    const data = matrix.dataSync();
    const lead = matrix.shape.slice(0, -2);
    const count = lead.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: count }, (_, i) =>
      determinantOf(Array.from(data.slice(i * size * size, (i + 1) * size * size)), size),
    );
    const value = tf.tensor(values, lead, 'float32');
    (save as tf.GradSaveFunc)([matrix, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [saved, det]: tf.Tensor[]) => {
        const factor = tf.reshape(tf.mul(dy, det as tf.Tensor), [...lead, 1, 1]);
        return tf.mul(factor, swapAxes(invert(saved as tf.Tensor)));
      },
    };
  })(x);

/** Determinant of one matrix, by elimination with pivots. */
function determinantOf(matrix: readonly number[], size: number): number {
  const rows = Array.from({ length: size }, (_, i) => matrix.slice(i * size, (i + 1) * size));
  let product = 1;
  for (let column = 0; column < size; column++) {
    const rest = rows.slice(column);
    const best = rest.reduce(
      (found, row, i) => (largerAt(column, row, rest[found]) ? i : found),
      0,
    );
    const pivot = rest[best] ?? [];
    const head = pivot[column] ?? 0;
    if (head === 0) return 0;
    product *= best === 0 ? head : -head;
    rows[column + best] = rows[column] ?? pivot;
    for (let i = column + 1; i < size; i++) {
      const factor = (rows[i]?.[column] ?? 0) / head;
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * (pivot[j] ?? 0));
    }
  }
  return product;
}

function largerAt(
  column: number,
  row: readonly number[],
  other: readonly number[] | undefined,
): boolean {
  return Math.abs(row[column] ?? 0) > Math.abs(other?.[column] ?? 0);
}

/** The matrices with zeros on one side of the diagonal. */
function triangle(x: tf.Tensor, isLower: boolean): tf.Tensor {
  const size = x.shape.at(-1) ?? 0;
  const mask = Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return Number(isLower ? column <= row : column >= row);
  });
  return tf.mul(x, tf.tensor(mask, [size, size]));
}

/** Checks that matrices are square. @throws MalformedError for anything else. */
export function squares(x: tf.Tensor): tf.Tensor {
  if (x.rank >= 2 && x.shape.at(-1) === x.shape.at(-2)) return x;
  throw new MalformedError(`Square matrices are needed, not [${x.shape.join(', ')}].`);
}

/** Ops that solve linear equations. */
export const inverseOps: OpFamily = {
  MatrixInverse: inverse,
  MatrixDeterminant: () => (inputs) =>
    tf.tidy(() => determinant(squares(onDevice(inputAt(inputs, 0))))),
  MatrixTriangularSolve: ({ attrs }) => {
    const [isLower, adjoint] = [attrs.bool('lower'), attrs.bool('adjoint')];
    return (inputs) =>
      tf.tidy(() => {
        const x = triangle(squares(onDevice(inputAt(inputs, 0))), isLower);
        return matMul(invert(adjoint ? swapAxes(x) : x), onDevice(inputAt(inputs, 1)));
      });
  },
  MatrixSolve: (node) => {
    const adjoint = node.attrs.bool('adjoint');
    return (inputs) =>
      tf.tidy(() => {
        const x = squares(onDevice(inputAt(inputs, 0)));
        return matMul(invert(adjoint ? swapAxes(x) : x), onDevice(inputAt(inputs, 1)));
      });
  },
};
