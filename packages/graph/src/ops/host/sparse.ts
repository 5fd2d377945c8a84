import { MalformedError } from '@km/core';
import type { GraphDType } from '../../executor/dtype.ts';
import { type Element, HostTensor } from '../../executor/host-tensor.ts';
import { integersOf, onHost, type Value } from '../../executor/values.ts';
import { stridesOf } from './strided.ts';

/** A sparse tensor in JavaScript. */
export interface Sparse {
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
  /** One entry per element that is stored: its place and its value. */
  readonly entries: readonly SparseEntry[];
}

/** An element that is stored. */
export interface SparseEntry {
  readonly at: readonly number[];
  readonly value: Element;
}

/** Reads a sparse tensor from the three tensors that it consists of. @throws MalformedError. */
export function sparseOf(indices: Value, values: Value, shape: Value, dtype: GraphDType): Sparse {
  const places = onHost(indices, 'int64');
  const data = onHost(values, dtype);
  const sizes = integersOf(shape);
  const rank = sizes.length;
  if (places.size !== data.size * rank) {
    throw new MalformedError(`A sparse tensor has ${data.size} values and ${places.size} indices.`);
  }
  const entries = Array.from(data.data, (value, i): SparseEntry => {
    const at = Array.from({ length: rank }, (_, axis) => Number(places.data[i * rank + axis]));
    if (at.every((index, axis) => index >= 0 && index < (sizes[axis] ?? 0))) return { at, value };
    throw new MalformedError(`The index [${at.join(', ')}] is outside of [${sizes.join(', ')}].`);
  });
  return { dtype, shape: sizes, entries };
}

/** The three tensors of a sparse one: indices, values, shape. */
export function sparseTensors({
  entries,
  dtype,
  shape,
}: Sparse): [HostTensor, HostTensor, HostTensor] {
  return [
    new HostTensor(
      'int64',
      [entries.length, shape.length],
      entries.flatMap(({ at }) => at),
    ),
    new HostTensor(
      dtype,
      [entries.length],
      entries.map(({ value }) => value),
    ),
    new HostTensor('int64', [shape.length], shape),
  ];
}

/** Orders places row by row. */
export function comparePlaces(a: readonly number[], b: readonly number[]): number {
  for (const [axis, index] of a.entries()) {
    const difference = index - (b[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Number of the element at a place, counted row by row. */
export function flatPlace(at: readonly number[], shape: readonly number[]): number {
  const strides = stridesOf(shape);
  return at.reduce((sum, index, axis) => sum + index * (strides[axis] ?? 0), 0);
}

/** Place of the element of a number. */
export function placeOf(flat: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % (shape[axis] ?? 1));
}
