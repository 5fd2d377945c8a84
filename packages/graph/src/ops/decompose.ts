import type { DataType } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Matrix, matrixOf } from '../numbers/matrix-numbers.ts';

/** What is computed of one matrix. */
interface MatrixOutput {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** Something that is computed of each matrix of a batch, outside of tfjs. */
export interface Decomposition {
  /** Shapes of the outputs for one matrix. */
  readonly outputs: (rows: number, columns: number) => readonly MatrixOutput[];
  readonly compute: (matrix: Matrix) => readonly (readonly number[])[];
  readonly gradient: (dys: tf.Tensor[], x: tf.Tensor, outputs: tf.Tensor[]) => tf.Tensor;
}

/** Takes all matrices of a batch apart. */
export function decompose(x: tf.Tensor, decomposition: Decomposition): tf.Tensor[] {
  const { outputs, compute, gradient } = decomposition;
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const batch = x.shape.slice(0, -2);
  const values = computed(x, rows, columns, compute);
  const found = outputs(rows, columns).map(({ shape, dtype }, i) =>
    tf.tensor(values[i] ?? [], [...batch, ...shape], dtype),
  );
  // Each output passes its gradient on by itself, since the tape of tfjs takes functions of one output.
  return found.map((value, place) => {
    if (value.dtype !== 'float32') return value;
    return tf.customGrad((input, save) => {
      (save as tf.GradSaveFunc)([input as tf.Tensor, ...found]);
      return {
        value: tf.clone(value),
        gradFunc: (dy: tf.Tensor, [saved = dy, ...results]: tf.Tensor[]) => {
          const dys = results.map((each, i) => (i === place ? dy : tf.zeros(each.shape)));
          return gradient(dys, saved, results);
        },
      };
    })(x);
  });
}

/** Outputs of all matrices of a batch, one after the other. */
function computed(
  x: tf.Tensor,
  rows: number,
  columns: number,
  compute: Decomposition['compute'],
): number[][] {
  const data = x.dataSync();
  const all: number[][] = [];
  for (let at = 0; at < data.length; at += rows * columns) {
    const matrix = matrixOf(rows, columns, (i, j) => data[at + i * columns + j] ?? 0);
    compute(matrix).forEach((values, i) => {
      const place = all[i] ?? [];
      all[i] = place;
      for (const value of values) place.push(value);
    });
  }
  return all;
}

/** An output of floating numbers. */
export const float = (...shape: number[]): MatrixOutput => ({ shape, dtype: 'float32' });

/** One output of the size of a square input. */
export const square = (n: number): readonly MatrixOutput[] => [float(n, n)];

/** Exchanges the last two axes. */
export function flip(x: tf.Tensor): tf.Tensor {
  const order = Array.from({ length: x.rank }, (_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Keeps the part of matrices from `lower` diagonals below the middle one to `upper` above; negative: all. */
export function band(x: tf.Tensor, lower: number, upper: number): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const keep = matrixOf(rows, columns, (i, j) =>
    (lower < 0 || i - j <= lower) && (upper < 0 || j - i <= upper) ? 1 : 0,
  );
  return tf.mul(x, tf.tensor2d(keep.flat(), [rows, columns]));
}

/** Matrices with vectors on their diagonal. */
export const diagonal = (x: tf.Tensor): tf.Tensor =>
  tf.mul(tf.expandDims(x, -1), tf.eye(x.shape.at(-1) ?? 0));
