import * as tf from '@tensorflow/tfjs-core';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { integersOf, numberOf, onDevice, sizeOf, type Value } from '../executor/values.ts';
import { composed, inputAt } from './define.ts';

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

/** Rows and columns of the smallest matrix that holds diagonals, or those that are asked for. */
function matrixSize(
  width: number,
  { low, high }: Diagonals,
  rows: number,
  columns: number,
): readonly [number, number] {
  const leastRows = width + Math.max(-high, 0);
  const leastColumns = width + Math.max(low, 0);
  if (rows < 0 && columns < 0) {
    const size = Math.max(leastRows, leastColumns);
    return [size, size];
  }
  return [rows < 0 ? leastRows : rows, columns < 0 ? leastColumns : columns];
}

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
      const [rows, columns] = matrixSize(width, diagonals, wantedRows, wantedColumns);
      const base = tf.fill([...batch, rows, columns], padding, x.dtype as 'float32');
      return layDiagonals(base, x, diagonals);
    });
  };
};

/** Ops of diagonals. */
export const diagonalOps: OpFamily = {
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
};
