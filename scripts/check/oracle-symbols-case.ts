import { type KerasTensor, layers } from '@km/keras';
import type * as tf from '@tensorflow/tfjs-core';

/** An input: its values, and which axes are open in the model. */
export interface Given {
  readonly dtype: 'float32' | 'int32' | 'string' | 'bool';
  readonly shape: readonly number[];
  readonly open: readonly number[];
  readonly values: readonly (number | string)[];
}

/** A model of one function, and what Python computes with the inputs a, b, c … */
export interface SymbolCase {
  readonly id: string;
  readonly inputs: readonly Given[];
  readonly call: (inputs: readonly KerasTensor[]) => unknown;
  readonly python: string;
  /** True where gradients are compared, too. */
  readonly gradient?: boolean;
  /** True where the function draws numbers that are not those of a seed. */
  readonly random?: boolean;
}

/** Applies a function of TensorFlow. */
export const fn = (symbol: string, input: unknown, args: object = {}): unknown =>
  new layers.TFOpLambda({ function: symbol }).apply(input as tf.Tensor, args as never);

/** Makes an input of texts, which stand in one string. */
export const texts = (
  shape: readonly number[],
  values: string,
  open: readonly number[] = [0],
): Given => ({
  dtype: 'string',
  shape,
  open,
  values: values.split(' '),
});

/** Cases of one input, by the function and its arguments. */
export function one(
  input: Given,
  rows: readonly (readonly [id: string, symbol: string, args: object, python: string])[],
): SymbolCase[] {
  return rows.map(([id, symbol, args, python]) => ({
    id,
    inputs: [input],
    call: ([x]) => fn(symbol, x, args),
    python,
  }));
}

/** Two rows of texts. */
export const WORDS: Given = texts([2, 3], 'a bb ccc dd é f');
