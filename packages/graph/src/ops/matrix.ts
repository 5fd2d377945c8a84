import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { einsum } from '../composed/einsum.ts';
import { matMul } from '../composed/mat-mul.ts';
import { isFloat, isInteger } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import {
  ComplexTensor,
  integersOf,
  numberOf,
  onDevice,
  onHost,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { complexResult, pairOf } from './complex.ts';
import { composed, inputAt } from './define.ts';
import { hostBinary } from './host/elementwise.ts';

interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
  /** True when a transposed complex matrix is conjugated, too. */
  readonly adjoint: boolean;
}

function product(options: (node: OpNode) => Transposed): OpBuilder {
  return (node) => {
    const transposed = options(node);
    const [dtype = 'float32'] = node.outputTypes;
    if (isInteger(dtype)) return (inputs) => integerProduct(inputs, transposed, dtype);
    return (inputs) => {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      if (a instanceof ComplexTensor || b instanceof ComplexTensor) {
        return complexProduct(a, b, transposed);
      }
      return tf.tidy(() => matrices(onDevice(a), onDevice(b), transposed));
    };
  };
}

function matrices(x: tf.Tensor, y: tf.Tensor, { a, b }: Transposed): tf.Tensor {
  const rows = x.shape.at(a ? -1 : -2) ?? 0;
  const columns = y.shape.at(b ? -2 : -1) ?? 0;
  const inner = x.shape.at(a ? -2 : -1) ?? 0;
  if (inner !== (y.shape.at(b ? -1 : -2) ?? 0)) {
    throw new MalformedError(
      `Matrices of shapes [${x.shape.join(', ')}] and [${y.shape.join(', ')}] are multiplied.`,
    );
  }
  if (x.size > 0 && y.size > 0) return matMul(x, y, a, b);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(
    x.shape.slice(0, -2),
    y.shape.slice(0, -2),
  );
  return tf.zeros([...batch, rows, columns]);
}

function complexProduct(x: Value, y: Value, transposed: Transposed): ComplexTensor {
  return complexResult(() => {
    const [a, b] = pairOf(x);
    const [c, d] = pairOf(y);
    const minusA = transposed.a && transposed.adjoint ? tf.neg(b) : b;
    const minusB = transposed.b && transposed.adjoint ? tf.neg(d) : d;
    const multiply = (left: tf.Tensor, right: tf.Tensor): tf.Tensor =>
      matrices(left, right, transposed);
    return [
      tf.sub(multiply(a, c), multiply(minusA, minusB)),
      tf.add(multiply(a, minusB), multiply(minusA, c)),
    ];
  });
}

/** Multiplies two matrices of integers, which backends would compute as floats. */
function integerProduct(
  inputs: readonly Value[],
  { a, b }: Transposed,
  dtype: HostTensor['dtype'],
): HostTensor {
  const x = onHost(inputAt(inputs, 0), dtype);
  const y = onHost(inputAt(inputs, 1), dtype);
  if (x.rank !== 2 || y.rank !== 2) throw new UnsupportedError('Batches of integer matrices.');
  const [rows = 0, inner = 0] = a ? [...x.shape].reverse() : x.shape;
  const columns = (b ? y.shape[0] : y.shape[1]) ?? 0;
  const data: Element[] = [];
  const one = (element: Element): HostTensor => new HostTensor(dtype, [], [element]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = one(0);
      for (let k = 0; k < inner; k++) {
        const left = one(x.data[a ? k * rows + i : i * inner + k] ?? 0);
        const right = one(y.data[b ? j * inner + k : k * columns + j] ?? 0);
        sum = hostBinary(ADD, sum, hostBinary(MULTIPLY, left, right, dtype), dtype);
      }
      data.push(sum.data[0] ?? 0);
    }
  }
  return new HostTensor(dtype, [rows, columns], data);
}

const ADD = { numbers: (a: number, b: number) => a + b, integers: (a: bigint, b: bigint) => a + b };
const MULTIPLY = {
  numbers: (a: number, b: number) => a * b,
  integers: (a: bigint, b: bigint) => a * b,
};

const batchProduct = product(({ attrs }) => ({
  a: attrs.bool('adj_x'),
  b: attrs.bool('adj_y'),
  adjoint: true,
}));

/** One for the elements of a matrix between two diagonals, zero for the others. */
function band(
  rows: number,
  columns: number,
  keep: (row: number, column: number) => boolean,
): tf.Tensor {
  const data = Uint8Array.from({ length: rows * columns }, (_, i) =>
    keep(Math.floor(i / columns), i % columns) ? 1 : 0,
  );
  return tf.tensor(data, [rows, columns], 'bool');
}

const bandPart: OpBuilder = () => (inputs) => {
  const lower = numberOf(inputAt(inputs, 1));
  const upper = numberOf(inputAt(inputs, 2));
  return tf.tidy(() => {
    const x = onDevice(inputAt(inputs, 0));
    const [rows = 0, columns = 0] = x.shape.slice(-2);
    const mask = band(
      rows,
      columns,
      (row, column) => (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper),
    );
    return tf.where(tf.broadcastTo(mask, x.shape), x, tf.zerosLike(x));
  });
};

/** Which diagonals, and how shorter ones lie in the rows of the longest. */
interface Diagonals {
  readonly low: number;
  readonly high: number;
  readonly alignUpper: 'LEFT' | 'RIGHT';
  readonly alignLower: 'LEFT' | 'RIGHT';
}

function diagonalsOf(k: Value | undefined, align: string): Diagonals {
  const [low = 0, high = low] = k === undefined ? [0] : integersOf(k);
  const [upper, lower] = align.split('_');
  return {
    low,
    high,
    alignUpper: upper === 'LEFT' ? 'LEFT' : 'RIGHT',
    alignLower: lower === 'RIGHT' ? 'RIGHT' : 'LEFT',
  };
}

/** Length of a diagonal of a matrix. */
function diagonalLength(rows: number, columns: number, diagonal: number): number {
  return Math.min(rows + Math.min(diagonal, 0), columns - Math.max(diagonal, 0));
}

/** Place of each element of the packed diagonals in the matrix; -1 for padding. */
function diagonalPlaces(
  rows: number,
  columns: number,
  diagonals: Diagonals,
): { places: number[]; width: number } {
  const { low, high } = diagonals;
  const all = Array.from({ length: high - low + 1 }, (_, i) => high - i);
  const width = Math.max(0, ...all.map((d) => diagonalLength(rows, columns, d)));
  const places = all.flatMap((d) => {
    const length = diagonalLength(rows, columns, d);
    const align = d >= 0 ? diagonals.alignUpper : diagonals.alignLower;
    const lead = align === 'RIGHT' ? width - length : 0;
    return Array.from({ length: width }, (_, i) => {
      const at = i - lead;
      if (at < 0 || at >= length) return -1;
      return (at + Math.max(-d, 0)) * columns + at + Math.max(d, 0);
    });
  });
  return { places, width };
}

const diagonalPart: OpBuilder = ({ attrs, op }) => {
  const align = op === 'MatrixDiagPartV3' ? attrs.string('align') : 'LEFT_LEFT';
  return (inputs) => {
    const padding = inputs[2] === undefined ? 0 : numberOf(inputs[2]);
    const diagonals = diagonalsOf(inputs[1], align);
    return tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const [rows = 0, columns = 0] = x.shape.slice(-2);
      const { places, width } = diagonalPlaces(rows, columns, diagonals);
      const batch = x.shape.slice(0, -2);
      const flat = tf.reshape(x, [sizeOf(batch), rows * columns]);
      const taken = tf.gather(
        flat,
        tf.tensor1d(
          places.map((p) => Math.max(p, 0)),
          'int32',
        ),
        1,
      );
      const mask = tf.tensor2d(
        places.map((p) => p >= 0),
        [1, places.length],
        'bool',
      );
      const padded = tf.where(
        tf.broadcastTo(mask, taken.shape),
        taken,
        tf.fill(taken.shape, padding, x.dtype as 'float32'),
      );
      const count = diagonals.high - diagonals.low + 1;
      return tf.reshape(padded, count === 1 ? [...batch, width] : [...batch, count, width]);
    });
  };
};

/** Lays packed diagonals into a matrix, over what is in it already. */
function layDiagonals(base: tf.Tensor, diagonal: tf.Tensor, diagonals: Diagonals): tf.Tensor {
  const [rows = 0, columns = 0] = base.shape.slice(-2);
  const batch = base.shape.slice(0, -2);
  const { places } = diagonalPlaces(rows, columns, diagonals);
  const source = new Array<number>(rows * columns).fill(-1);
  for (const [i, place] of places.entries()) if (place >= 0) source[place] = i;
  const flat = tf.reshape(diagonal, [sizeOf(batch), places.length]);
  const ids = tf.tensor1d(
    source.map((i) => Math.max(i, 0)),
    'int32',
  );
  const laid = tf.reshape(tf.gather(flat, ids, 1), base.shape);
  const mask = tf.tensor2d(
    source.map((i) => i >= 0),
    [rows, columns],
    'bool',
  );
  return tf.where(tf.broadcastTo(mask, base.shape), laid, base);
}

const setDiagonal: OpBuilder = ({ attrs, op }) => {
  const align = op === 'MatrixSetDiagV3' ? attrs.string('align') : 'LEFT_LEFT';
  return (inputs) =>
    tf.tidy(() =>
      layDiagonals(
        onDevice(inputAt(inputs, 0)),
        onDevice(inputAt(inputs, 1)),
        diagonalsOf(inputs[2], align),
      ),
    );
};

const diagonalMatrix: OpBuilder = ({ attrs, op }) => {
  const align = op === 'MatrixDiagV3' ? attrs.string('align') : 'LEFT_LEFT';
  return (inputs) => {
    const diagonals = diagonalsOf(inputs[1], align);
    const [wantedRows = -1, wantedColumns = -1] = inputs.slice(2, 4).map(numberOf);
    const padding = inputs[4] === undefined ? 0 : numberOf(inputs[4]);
    return tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const width = x.shape.at(-1) ?? 0;
      const single = diagonals.high === diagonals.low;
      const batch = x.shape.slice(0, single ? -1 : -2);
      const least = [width + Math.max(-diagonals.high, 0), width + Math.max(diagonals.low, 0)];
      const rows =
        wantedRows >= 0 ? wantedRows : wantedColumns >= 0 ? (least[0] ?? 0) : Math.max(...least);
      const columns =
        wantedColumns >= 0 ? wantedColumns : wantedRows >= 0 ? (least[1] ?? 0) : Math.max(...least);
      const base = tf.fill([...batch, rows, columns], padding, x.dtype as 'float32');
      return layDiagonals(base, x, diagonals);
    });
  };
};

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

/** Ops of matrices. */
export const matrixOps: OpFamily = {
  MatMul: product(({ attrs }) => ({
    a: attrs.bool('transpose_a'),
    b: attrs.bool('transpose_b'),
    adjoint: false,
  })),
  BatchMatMul: batchProduct,
  BatchMatMulV2: batchProduct,
  BatchMatMulV3: batchProduct,
  Einsum: (node) => {
    const equation = node.attrs.string('equation').replaceAll(' ', '');
    const [dtype = 'float32'] = node.outputTypes;
    if (!isFloat(dtype)) throw new UnsupportedError(`${node.where}: Einsum of ${dtype}.`);
    return (inputs) => tf.tidy(() => einsum(equation, ...inputs.map(onDevice)));
  },
  MatrixBandPart: bandPart,
  BatchMatrixBandPart: bandPart,
  MatrixDiag: diagonalMatrix,
  MatrixDiagV2: diagonalMatrix,
  MatrixDiagV3: diagonalMatrix,
  MatrixDiagPart: diagonalPart,
  MatrixDiagPartV2: diagonalPart,
  MatrixDiagPartV3: diagonalPart,
  MatrixSetDiag: setDiagonal,
  MatrixSetDiagV2: setDiagonal,
  MatrixSetDiagV3: setDiagonal,
  Diag: composed(() => (...[x]) => {
    const diagonal = x as tf.Tensor;
    const flat = tf.reshape(diagonal, [-1]);
    return tf.reshape(tf.mul(tf.eye(flat.size), flat), [...diagonal.shape, ...diagonal.shape]);
  }),
  DiagPart: composed(() => (...[x]) => {
    const matrix = x as tf.Tensor;
    const shape = matrix.shape.slice(0, matrix.rank / 2);
    const size = sizeOf(shape);
    const ids = tf.range(0, size * size, size + 1, 'int32');
    return tf.reshape(tf.gather(tf.reshape(matrix, [-1]), ids), shape);
  }),
  Cross: composed(() => (...[a, b]) => {
    const left = tf.unstack(a as tf.Tensor, -1);
    const right = tf.unstack(b as tf.Tensor, -1);
    const term = (i: number, j: number): tf.Tensor =>
      tf.sub(
        tf.mul(left[i] as tf.Tensor, right[j] as tf.Tensor),
        tf.mul(left[j] as tf.Tensor, right[i] as tf.Tensor),
      );
    return tf.stack([term(1, 2), term(2, 0), term(0, 1)], -1);
  }),
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
