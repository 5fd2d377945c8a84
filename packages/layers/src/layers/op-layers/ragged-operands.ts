import { isMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { flatten, mapStructure } from '../../engine/nest.ts';
import { type RowSplits, rowsOf, set_rows } from '../../engine/rows.ts';
import type { Nested } from '../../engine/types.ts';
import { rowIdsOfSplits, sameNestedSplits } from '../../ragged/row-partition.ts';
import type { Config } from '../base.ts';
import { SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

/** Arguments that are operands, which may be lists of numbers. */
const OPERANDS: ReadonlySet<string> = new Set(['x', 'y', 'other', 'condition']);

/** Applies a function of single values to the values of ragged tensors, all of the same rows; the rows stay. */
export function onValues(
  symbol: string,
  fn: SymbolFunction,
  input: unknown,
  given: Config,
): tf.Tensor | tf.Tensor[] {
  const [rows, rank] = commonRows(symbol, [input, given]);
  const fit = (value: unknown): unknown =>
    value instanceof tf.Tensor && rowsOf(value) === null ? fitted(value, rows, rank) : value;
  const operand = (value: unknown): unknown => {
    if (Array.isArray(value) && flatten<unknown>(value).every((x) => typeof x === 'number')) {
      return fitted(toOperand(value), rows, rank);
    }
    return mapStructure<unknown, unknown>(value as Nested<unknown>, fit);
  };
  const args = Object.entries(given).map(([name, value]) => [
    name,
    OPERANDS.has(name) ? operand(value) : value,
  ]);
  const made = fn(operand(input), new SymbolArgs(Object.fromEntries(args)));
  return Array.isArray(made) ? made.map((each) => withRows(each, rows)) : withRows(made, rows);
}

function withRows(value: tf.Tensor, rows: RowSplits): tf.Tensor {
  return rowsOf(value) === null ? set_rows(tf.clone(value), rows) : value;
}

/** The rows of all ragged tensors among the arguments, and the greatest rank that their values have. */
function commonRows(symbol: string, structure: Nested<unknown>): [rows: RowSplits, rank: number] {
  const values = flatten<unknown>(structure).filter((leaf) => leaf instanceof tf.Tensor);
  const ragged = values.filter((value) => rowsOf(value) !== null);
  const [rows, ...others] = ragged.map((value) => rowsOf(value) ?? []);
  if (rows === undefined || !others.every((other) => sameNestedSplits(rows, other))) {
    throw new RangeError(`tf.${symbol} takes ragged tensors of the same rows.`);
  }
  return [rows, Math.max(...ragged.map((value) => value.rank))];
}

/** A plain operand as it goes with values: what holds for a whole row is there for each of its values. */
function fitted(operand: tf.Tensor, rows: RowSplits, rank: number): tf.Tensor {
  const inner = rank - 1;
  if (operand.rank <= inner) return operand;
  const leading = operand.shape.slice(0, operand.rank - inner);
  const rest = operand.shape.slice(operand.rank - inner);
  if (leading.every((size) => size === 1)) return tf.reshape(operand, rest);
  const [count = 0, ...open] = leading;
  if (open.length !== rows.length || open.some((size) => size !== 1)) {
    throw new RangeError(
      `A tensor of shape [${operand.shape.join(', ')}] cannot be broadcast to ragged rows; only axes of size 1 can.`,
    );
  }
  const perRow = tf.reshape(operand, [count, ...rest]);
  // The number of rows is not known yet where shapes alone are worked out.
  if (isMetaBackend()) return tf.slice(perRow, 0, 1);
  return tf.gather(perRow, tf.tensor1d(outerRowIds(rows), 'int32'));
}

/** The outermost row of each value. */
function outerRowIds(rows: RowSplits): Int32Array {
  return rows.map(rowIdsOfSplits).reduceRight((ids, outer) => ids.map((row) => outer[row] ?? 0));
}
