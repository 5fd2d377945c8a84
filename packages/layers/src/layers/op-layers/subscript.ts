import * as tf from '@tensorflow/tfjs-core';
import { isPlainObject } from '../../engine/nest.ts';

/** One part of a subscript: a range, a position, a new axis (null), or all axes in between. */
export type Part = { readonly kind: 'range' | 'index' | 'new' | 'rest'; readonly value: unknown };

function partOf(value: unknown): Part {
  if (value === null) return { kind: 'new', value };
  if (typeof value === 'number' || value instanceof tf.Tensor) return { kind: 'index', value };
  if (!isPlainObject(value)) throw new TypeError(`Unknown subscript ${JSON.stringify(value)}.`);
  if (value.class_name === '__ellipsis__') return { kind: 'rest', value };
  if (value.class_name === '__slice__') return { kind: 'range', value: value.config };
  return { kind: 'range', value };
}

/** The parts of `x[…]`, one for each axis of a tensor of a rank, and those that add axes. */
export function completeParts(spec: unknown, rank: number): Part[] {
  const parts = (Array.isArray(spec) ? spec : [spec]).map(partOf);
  const used = parts.filter(({ kind }) => kind === 'range' || kind === 'index').length;
  const all: Part = { kind: 'range', value: {} };
  const rest = new Array<Part>(Math.max(rank - used, 0)).fill(all);
  const open = parts.some(({ kind }) => kind === 'rest');
  return open
    ? parts.flatMap((part) => (part.kind === 'rest' ? rest : [part]))
    : [...parts, ...rest];
}

/** Applies parts to the axes of a tensor. */
export function subscript(x: tf.Tensor, parts: readonly Part[]): tf.Tensor {
  let axis = 0;
  let result = x;
  for (const { kind, value } of parts) {
    if (kind === 'new') {
      result = tf.expandDims(result, axis);
      axis += 1;
    } else if (kind === 'index') {
      result = at(result, axis, value);
    } else {
      result = range(result, axis, value as Readonly<Record<string, unknown>>);
      axis += 1;
    }
  }
  return result;
}

function at(x: tf.Tensor, axis: number, value: unknown): tf.Tensor {
  const position = numberOf(value) ?? 0;
  const size = x.shape[axis] ?? 0;
  const index = position < 0 ? position + size : position;
  if (index < 0 || index >= size) {
    throw new RangeError(`Index ${position} is outside of an axis of size ${size}.`);
  }
  return tf.squeeze(cut(x, axis, index, 1), [axis]);
}

function range(x: tf.Tensor, axis: number, value: Readonly<Record<string, unknown>>): tf.Tensor {
  const size = x.shape[axis] ?? 0;
  const step = numberOf(value.step) ?? 1;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const place = (given: unknown, fallback: number): number => {
    const number = numberOf(given);
    if (number === null) return fallback;
    return Math.min(Math.max(number < 0 ? number + size : number, low), high);
  };
  const start = place(value.start, step > 0 ? 0 : size - 1);
  const stop = place(value.stop, step > 0 ? size : -1);
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  if (step === 1) return count === size ? x : cut(x, axis, start, count);
  const indices = Array.from({ length: count }, (_, i) => start + i * step);
  return tf.gather(x, tf.tensor1d(indices, 'int32'), axis);
}

function cut(x: tf.Tensor, axis: number, start: number, length: number): tf.Tensor {
  return tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((n, i) => (i === axis ? length : n)),
  );
}

function numberOf(value: unknown): number | null {
  if (value instanceof tf.Tensor) return value.dataSync()[0] ?? null;
  return typeof value === 'number' ? value : null;
}
