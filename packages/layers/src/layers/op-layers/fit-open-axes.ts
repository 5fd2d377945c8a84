import * as tf from '@tensorflow/tfjs-core';
import { is_keras_tensor } from '../../engine/keras-tensor.ts';
import { flatten, mapStructure } from '../../engine/nest.ts';
import type { Nested } from '../../engine/types.ts';
import type { ApplyArgs, Shape } from '../base.ts';

/** A call of a function on symbolic tensors. */
export interface SymbolicCall {
  readonly inputs: unknown;
  readonly args: ApplyArgs;
}

/** Shape of an operand: that of a tensor, or of nested numbers. */
function shapeOf(value: unknown): Shape {
  if (is_keras_tensor(value) || value instanceof tf.Tensor) return value.shape;
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/** Open axes with the sizes that the other shapes have there, counted from the end. */
function closed(shape: Shape, others: readonly Shape[]): Shape {
  return shape.map((size, axis) => {
    if (size !== null) return size;
    const sizes = others.map((other) => other.at(axis - shape.length) ?? null);
    return sizes.find((each) => each !== null && each > 1) ?? null;
  });
}

/**
 * Replaces open axes of the operands of a call by the sizes that others have at the same place, as broadcasting will
 * demand. Null when there are none.
 */
export function fitOpenAxes(inputs: unknown, args: ApplyArgs): SymbolicCall | null {
  const operands = [inputs, ...Object.values(args)];
  const shapes = operands
    .flatMap((each) => (is_keras_tensor(each) ? [each] : flattenTensors(each)))
    .map(shapeOf);
  let changed = false;
  const fit = (value: unknown): unknown => {
    if (!is_keras_tensor(value)) return value;
    const shape = closed(value.shape, shapes);
    if (shape.every((size, axis) => size === value.shape[axis])) return value;
    changed = true;
    return value.with({ shape });
  };
  const over = <T>(value: T): T =>
    mapStructure<unknown, unknown>(value as Nested<unknown>, fit) as T;
  const fitted = { inputs: over(inputs), args: over(args) };
  return changed ? fitted : null;
}

/** Symbolic tensors in a list of operands; a list of numbers as one operand. */
function flattenTensors(value: unknown): unknown[] {
  const tensors = flatten<unknown>(value as Nested<unknown>).filter(is_keras_tensor);
  return tensors.length > 0 ? tensors : [value];
}
