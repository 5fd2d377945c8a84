import type { Tensor } from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';

/** A gradient of which only some rows, slices along the first axis, are not zero. */
export class IndexedSlices {
  /** The rows, `[n, …]`; rows of the same index add up. */
  readonly values: Tensor;
  /** Indices of the rows, `[n]`. */
  readonly indices: Tensor;
  readonly dense_shape: readonly number[];

  constructor(values: Tensor, indices: Tensor, dense_shape: readonly number[]) {
    this.values = values;
    this.indices = indices;
    this.dense_shape = dense_shape;
  }
}

/** What an optimizer is given for a variable; null when the loss does not depend on it. */
export type Gradient = Tensor | IndexedSlices | null;

/** A gradient and the variable it belongs to. */
export type GradientAndVariable = readonly [Gradient, Variable];

/** The numbers of a gradient, row-major. */
export interface FlatGradient {
  readonly values: Float32Array | Float64Array;
  /** Rows that `values` holds, or null when it holds all. */
  readonly rows: Int32Array | null;
  /** Elements per row. */
  readonly width: number;
  /** The tensor that holds `values`; null when they are those of no tensor any more, or of rows alone. */
  readonly tensor: Tensor | null;
}

/** Reads the numbers of a gradient. */
export function flatGradient(gradient: Tensor | IndexedSlices): FlatGradient {
  if (gradient instanceof IndexedSlices) {
    const width = gradient.dense_shape.slice(1).reduce((product, size) => product * size, 1);
    const rows = Int32Array.from(gradient.indices.dataSync());
    return { values: numbersOf(gradient.values), rows, width, tensor: null };
  }
  let values: Float32Array | null = null;
  return {
    // Read when asked for: a step on the backend needs the tensor alone.
    get values() {
      values ??= numbersOf(gradient);
      return values;
    },
    rows: null,
    width: gradient.size,
    tensor: gradient,
  };
}

function numbersOf(tensor: Tensor): Float32Array {
  const data = tensor.dataSync();
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** Adds up the rows of the same index, in the order in which indices first occur. */
export function uniqueRows(gradient: FlatGradient): FlatGradient {
  const { rows, width } = gradient;
  if (rows === null) return gradient;
  const places = new Map<number, number>();
  for (const row of rows) if (!places.has(row)) places.set(row, places.size);
  if (places.size === rows.length) return gradient;
  const values = new Float32Array(places.size * width);
  rows.forEach((row, k) => {
    const place = (places.get(row) ?? 0) * width;
    for (let i = 0; i < width; i += 1) {
      values[place + i] =
        (values[place + i] as number) + (gradient.values[k * width + i] as number);
    }
  });
  return { values, rows: Int32Array.from(places.keys()), width, tensor: null };
}

/** Writes a gradient's rows into zeros of the variable's size. */
export function denseValues(gradient: FlatGradient, size: number): Float32Array | Float64Array {
  const { rows, width, values } = gradient;
  if (rows === null) return values;
  const dense = new Float32Array(size);
  rows.forEach((row, k) => {
    for (let i = 0; i < width; i += 1) {
      const at = row * width + i;
      dense[at] = (dense[at] as number) + (values[k * width + i] as number);
    }
  });
  return dense;
}

/**
 * Calls `update` for each stretch of elements that a gradient touches: elements `[start, end)` of the
 * variable belong to the gradient's elements from `offset` on.
 */
export function forEachStretch(
  gradient: FlatGradient,
  update: (start: number, end: number, offset: number) => void,
): void {
  const { rows, width, values } = gradient;
  if (rows === null) {
    update(0, values.length, 0);
    return;
  }
  rows.forEach((row, k) => {
    update(row * width, (row + 1) * width, k * width);
  });
}

/** Rounds to what a variable's dtype computes in: float64 keeps a number, all others round to float32. */
export function roundingOf(variable: Variable): (value: number) => number {
  return variable.dtype === 'float64' ? (value) => value : Math.fround;
}
