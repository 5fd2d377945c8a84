import * as tf from '@tensorflow/tfjs-core';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Which diagonals, counted from the middle one upwards, and how shorter ones lie in rows of the longest's length. */
interface Diagonals {
  readonly low: number;
  readonly high: number;
  readonly align: string;
}

function diagonalsOf(args: SymbolArgs): Diagonals {
  const [low = 0, high = low] = args.raw('k') === null ? [0] : args.numbers('k');
  return { low, high, align: args.text('align', 'RIGHT_LEFT') };
}

/** A place in a matrix for each element of packed diagonals, the topmost first; -1 for filling. */
interface Packed {
  readonly places: readonly number[];
  readonly width: number;
}

function packedPlaces(rows: number, columns: number, { low, high, align }: Diagonals): Packed {
  const all = Array.from({ length: high - low + 1 }, (_, i) => high - i);
  const lengthOf = (d: number): number => Math.min(rows + Math.min(d, 0), columns - Math.max(d, 0));
  const width = Math.max(0, ...all.map(lengthOf));
  const [upper, lower] = align.split('_');
  const places = all.flatMap((d) => {
    const lead = (d >= 0 ? upper : lower) === 'RIGHT' ? width - lengthOf(d) : 0;
    return Array.from({ length: width }, (_, i) => {
      const at = i - lead;
      if (at < 0 || at >= lengthOf(d)) return -1;
      return (at + Math.max(-d, 0)) * columns + at + Math.max(d, 0);
    });
  });
  return { places, width };
}

/** Takes elements of the last axis; where the place is -1, a number. */
function taken(x: tf.Tensor, places: readonly number[], padding: number): tf.Tensor {
  const indices = places.map((place) => Math.max(place, 0));
  const found = tf.gather(x, tf.tensor1d(indices, 'int32'), -1);
  if (!places.includes(-1)) return found;
  const inside = tf.tensor1d(
    places.map((place) => place >= 0),
    'bool',
  );
  const fill = tf.fill(found.shape, padding, x.dtype as 'float32');
  return tf.where(tf.broadcastTo(inside, found.shape), found, fill);
}

const diagonalPart: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const batch = x.shape.slice(0, -2);
  const diagonals = diagonalsOf(args);
  const { places, width } = packedPlaces(rows, columns, diagonals);
  const flat = tf.reshape(x, [...batch, rows * columns]);
  const parts = taken(flat, places, args.number('padding_value', 0));
  const count = diagonals.high - diagonals.low + 1;
  return count === 1 ? parts : tf.reshape(parts, [...batch, count, width]);
};

/** For each place of a matrix the element of packed diagonals that lies there. */
function sourcesOf(size: number, { places }: Packed): number[] {
  const sources = new Array<number>(size).fill(-1);
  places.forEach((place, i) => {
    if (place >= 0) sources[place] = i;
  });
  return sources;
}

/** Packed diagonals with one axis for all of them. */
function flattened(x: tf.Tensor, { low, high }: Diagonals): tf.Tensor {
  if (low === high) return x;
  const [count = 1, width = 1] = x.shape.slice(-2);
  return tf.reshape(x, [...x.shape.slice(0, -2), count * width]);
}

const diagonalMatrix: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const diagonals = diagonalsOf(args);
  const { low, high } = diagonals;
  const width = x.shape.at(-1) ?? 0;
  const least = [width + Math.max(-high, 0), width + Math.max(low, 0)];
  const [wantedRows, wantedColumns] = ['num_rows', 'num_cols'].map((name) => args.number(name, -1));
  const side = Math.max(...least);
  const both = wantedRows === -1 && wantedColumns === -1;
  const sizeOf = (wanted: number | undefined, own: number | undefined): number =>
    both ? side : wanted === undefined || wanted < 0 ? (own ?? 0) : wanted;
  const [rows, columns] = [sizeOf(wantedRows, least[0]), sizeOf(wantedColumns, least[1])];
  const packed = packedPlaces(rows, columns, diagonals);
  const flat = flattened(x, diagonals);
  const laid = taken(flat, sourcesOf(rows * columns, packed), args.number('padding_value', 0));
  return tf.reshape(laid, [...flat.shape.slice(0, -1), rows, columns]);
};

const setDiagonal: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const diagonals = diagonalsOf(args);
  const packed = packedPlaces(rows, columns, diagonals);
  const sources = sourcesOf(rows * columns, packed);
  const flat = flattened(args.tensor('diagonal', x), diagonals);
  const laid = tf.reshape(taken(flat, sources, 0), x.shape);
  const inside = tf.tensor2d(
    sources.map((i) => i >= 0),
    [rows, columns],
    'bool',
  );
  return tf.where(tf.broadcastTo(inside, x.shape), laid, x);
};

/** A tensor with every axis twice, zero but where both places are the same. */
const tensorDiagonal: SymbolFunction = (input) => {
  const x = toOperand(input);
  const flat = tf.mul(tf.reshape(x, [x.size, 1]), tf.eye(x.size));
  return tf.cast(tf.reshape(flat, [...x.shape, ...x.shape]), x.dtype);
};

const tensorDiagonalPart: SymbolFunction = (input) => {
  const x = toOperand(input);
  const shape = x.shape.slice(0, x.rank / 2);
  const size = tf.util.sizeFromShape(shape);
  const places = Array.from({ length: size }, (_, i) => i * (size + 1));
  const found = tf.gather(tf.reshape(x, [x.size]), tf.tensor1d(places, 'int32'));
  return tf.reshape(found, shape);
};

/** Returns the functions of diagonals by their names without `tf.`. */
export function diagonalSymbols(): readonly Entry[] {
  return [
    ['linalg.diag_part', diagonalPart],
    ['linalg.diag', diagonalMatrix],
    ['linalg.set_diag', setDiagonal],
    ['linalg.trace', (input, args) => tf.sum(diagonalPart(input, args) as tf.Tensor, -1)],
    ['linalg.tensor_diag', tensorDiagonal],
    ['linalg.tensor_diag_part', tensorDiagonalPart],
  ];
}
