import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { expandDims } from '../../ragged/join.ts';
import { RaggedTensor, type RaggedValues } from '../../ragged/ragged-tensor.ts';
import {
  type AxisRange,
  countRows,
  gatherRows,
  placesOfRange,
  sliceEach,
  span,
} from '../../ragged/select.ts';
import { completeParts, type Part, subscript } from './subscript.ts';

/** Applies `x[…]` of Python to a ragged tensor. */
export function raggedSubscript(x: RaggedTensor, key: unknown): RaggedValues {
  return take(x, completeParts(key, x.rank));
}

function take(x: RaggedValues, [part, ...rest]: readonly Part[]): RaggedValues {
  if (part === undefined) return x;
  if (!(x instanceof RaggedTensor)) return subscript(x, [part, ...rest]);
  if (part.kind === 'new') return expandDims(take(x, rest), 0);
  if (part.kind === 'index') return take(rowOf(x, Number(part.value)), rest);
  const places = placesOfRange(x.nrows(), part.value as AxisRange);
  const rows = places.length === x.nrows() ? x : gatherRows(x, places);
  return takeEach(rows, rest);
}

/** Applies parts to each row. */
function takeEach(x: RaggedValues, [part, ...rest]: readonly Part[]): RaggedValues {
  if (part === undefined) return x;
  if (!(x instanceof RaggedTensor)) return subscript(x, [ALL, part, ...rest]);
  if (part.kind === 'new') return expandDims(takeEach(x, rest), 1);
  if (part.kind === 'index') {
    throw new UnsupportedError(
      'A place of a ragged axis cannot be taken: rows may have none there.',
    );
  }
  const range = part.value as AxisRange;
  const all = (range.start ?? range.stop ?? null) === null && (range.step ?? 1) === 1;
  const cut = all ? x : sliceEach(x, range);
  return rest.length === 0 ? cut : cut.with_values(takeEach(cut.values, rest));
}

const ALL: Part = { kind: 'range', value: {} };

function rowOf(x: RaggedTensor, index: number): RaggedValues {
  const rows = countRows(x);
  const row = index < 0 ? index + rows : index;
  if (row < 0 || row >= rows) throw new RangeError(`There is no row ${index} among ${rows}.`);
  const [start = 0, end = start] = x.row_splits.slice(row, row + 2);
  if (x.values instanceof tf.Tensor) return tf.slice(x.values, start, end - start);
  return gatherRows(x.values, span(start, end));
}
