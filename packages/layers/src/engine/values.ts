import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from './types.ts';
import type { Variable } from './variable.ts';
import type { AssignableValue, NestedNumbers } from './variable-values.ts';

/** Reads a variable or a tensor. */
export function get_value(x: Variable | tf.Tensor): NestedNumbers {
  return x instanceof tf.Tensor ? (x.arraySync() as NestedNumbers) : x.numpy();
}

/** Sets a variable. */
export function set_value(x: Variable, value: AssignableValue): void {
  x.assign(value);
}

/** Reads variables or tensors. */
export function batch_get_value(tensors: readonly (Variable | tf.Tensor)[]): NestedNumbers[] {
  return tensors.map(get_value);
}

/** Sets variables. */
export function batch_set_value(
  tuples: readonly (readonly [x: Variable, value: AssignableValue])[],
): void {
  for (const [x, value] of tuples) set_value(x, value);
}

/** The shape of a variable, a tensor or a symbolic tensor; null for sizes that are not known. */
export function int_shape(x: { readonly shape: Shape }): Shape {
  return x.shape;
}

/** Number of values of a variable or a tensor. */
export function count_params(x: { readonly shape: readonly number[] }): number {
  return x.shape.reduce((product, size) => product * size, 1);
}
