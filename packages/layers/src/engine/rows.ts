import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { lengthsOfSplits } from '../ragged/row-partition.ts';
import { flatten, mapStructure } from './nest.ts';
import type { Nested, Shape, Tensors } from './types.ts';

/*
 * Between layers a ragged tensor is the tensor of its values, with which its rows travel as masks do: what works on
 * each value needs to know nothing of rows.
 */

/** Where the rows start, at each depth, the outermost first. */
export type RowSplits = readonly Int32Array[];

const travelling = new WeakMap<object, RowSplits>();

/** The rows that travel with a tensor of values, or `null` for a plain tensor. */
export function rowsOf(tensor: object): RowSplits | null {
  return travelling.get(tensor) ?? null;
}

/** Lets rows travel with a tensor of values; `null` makes it a plain tensor. */
export function set_rows<T extends tf.Tensor>(tensor: T, rows: RowSplits | null): T {
  if (rows === null) travelling.delete(tensor);
  else travelling.set(tensor, rows);
  return tensor;
}

/** True when rows travel with some tensor of a structure. */
export function hasRows(structure: unknown): boolean {
  if (structure instanceof tf.Tensor) return rowsOf(structure) !== null;
  return flatten<unknown>(structure as Nested<unknown>).some(
    (leaf) => leaf instanceof tf.Tensor && rowsOf(leaf) !== null,
  );
}

/** The shape of a tensor, with `null` for the axes along which its rows have different lengths. */
export function raggedShape(tensor: { readonly shape: Shape }): Shape {
  const rows = rowsOf(tensor);
  if (rows === null) return tensor.shape;
  const [outer = new Int32Array(1)] = rows;
  return [outer.length - 1, ...rows.map(() => null), ...tensor.shape.slice(1)];
}

/** The ragged tensor that a tensor with rows stands for; the values are in a handle of their own. */
export function raggedOf(tensor: tf.Tensor): RaggedTensor {
  const rows = rowsOf(tensor);
  if (rows === null) throw new TypeError('A plain tensor has no rows.');
  return RaggedTensor.from_nested_row_splits(tf.clone(tensor), rows);
}

/** Ragged tensors in a structure as tensors of values with their rows, in handles of their own. */
export function withoutObjects(structure: unknown): unknown {
  if (structure instanceof tf.Tensor) return structure;
  return mapStructure<unknown, unknown>(structure as Nested<unknown>, (leaf) =>
    leaf instanceof RaggedTensor
      ? set_rows(tf.clone(leaf.flat_values), leaf.nested_row_splits)
      : leaf,
  );
}

/** Tensors with rows in a structure as ragged tensors. */
export function withObjects<T>(structure: T): T {
  if (!hasRows(structure)) return structure;
  return mapStructure<unknown, unknown>(structure as Nested<unknown>, (leaf) =>
    leaf instanceof tf.Tensor && rowsOf(leaf) !== null ? raggedOf(leaf) : leaf,
  ) as T;
}

/** Tensors with rows in a structure as ragged tensors that take their handles over. */
export function handOut<T>(structure: T): T {
  if (!hasRows(structure)) return structure;
  return mapStructure<unknown, unknown>(structure as Nested<unknown>, (leaf) => {
    const rows = leaf instanceof tf.Tensor ? rowsOf(leaf) : null;
    return rows === null
      ? leaf
      : RaggedTensor.from_nested_row_splits(set_rows(leaf as tf.Tensor, null), rows);
  }) as T;
}

/** The tensors that hold the values of a structure of tensors and ragged tensors. */
export function valuesIn(structure: Tensors): tf.Tensor[] {
  return flatten<tf.Tensor | RaggedTensor>(structure).map((leaf) =>
    leaf instanceof RaggedTensor ? leaf.flat_values : leaf,
  );
}

/** Number of values in each outermost row. */
export function rowLengths(rows: RowSplits): Int32Array {
  return lengthsOfSplits(rows[0] ?? new Int32Array(1));
}

/** Number of values in all rows. */
export function valueCount(rows: RowSplits): number {
  return rows.at(-1)?.at(-1) ?? 0;
}

const forms: boolean[] = [];

/** Runs the `call` of a layer; `objects` tells whether the code in it is that of a user, who is handed ragged tensors. */
export function withForm<T>(objects: boolean, run: () => T): T {
  forms.push(objects);
  try {
    return run();
  } finally {
    forms.pop();
  }
}

/** True where the outputs of a layer are handed to a user. */
export function handsOutObjects(): boolean {
  return forms.at(-1) ?? true;
}
