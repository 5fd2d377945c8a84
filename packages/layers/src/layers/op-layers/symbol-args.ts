import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';

/** Keyword arguments of a call of a TensorFlow function. */
export class SymbolArgs {
  readonly #values: Config;

  constructor(values: Config) {
    this.#values = values;
  }

  /** Returns an argument as it is; null if absent. */
  raw(name: string): unknown {
    return this.#values[name] ?? null;
  }

  /** Returns a number. */
  number(name: string, fallback: number): number {
    const value = this.raw(name);
    return typeof value === 'number' ? value : fallback;
  }

  /** Returns an axis, several, or undefined for all. */
  axes(name: string = 'axis'): number | number[] | undefined {
    const value = this.raw(name);
    if (typeof value === 'number') return value;
    return Array.isArray(value) ? value.map(Number) : undefined;
  }

  /** Returns a list of whole numbers, also from a tensor. */
  numbers(name: string): number[] {
    const value = this.raw(name);
    if (value instanceof tf.Tensor) return Array.from(value.dataSync<'float32'>());
    if (Array.isArray(value)) return value.map(Number);
    throw new TypeError(`The argument ${name} must be a list of numbers.`);
  }

  /** Returns a truth value. */
  flag(name: string): boolean {
    return this.raw(name) === true;
  }

  /** Returns a text. */
  text(name: string, fallback: string): string {
    const value = this.raw(name);
    return typeof value === 'string' ? value : fallback;
  }

  /** Returns a tensor; numbers take the dtype of the other operand, as TensorFlow converts them. */
  tensor(name: string, like?: tf.Tensor): tf.Tensor {
    return toOperand(this.raw(name), like);
  }
}

/** Makes a tensor of an operand; numbers take the dtype of the other operand. */
export function toOperand(value: unknown, like?: tf.Tensor): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  if (value === null || value === undefined) throw new TypeError('An operand is missing.');
  const made = tf.tensor(value as number[]);
  if (like === undefined || like.dtype === made.dtype || made.dtype === 'string') return made;
  return tf.cast(made, like.dtype);
}

/** Makes tensors of a list of operands. */
export function toOperands(value: unknown): tf.Tensor[] {
  const list = Array.isArray(value) ? value : [value];
  const like = list.find((each): each is tf.Tensor => each instanceof tf.Tensor);
  return list.map((each) => toOperand(each, like));
}

/** A function of TensorFlow: its first argument, and the others by name. */
export type SymbolFunction = (input: unknown, args: SymbolArgs) => tf.Tensor | tf.Tensor[];

/** Makes a symbol of a function of one tensor. */
export function unary(fn: (x: tf.Tensor) => tf.Tensor): SymbolFunction {
  return (input) => fn(toOperand(input));
}

/** Makes a symbol of a function of two tensors, the second of which has a name. */
export function binary(
  fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  second: string = 'y',
): SymbolFunction {
  return (input, args) => {
    const other = args.raw(second);
    const left = toOperand(input, other instanceof tf.Tensor ? other : undefined);
    return fn(left, toOperand(other, left));
  };
}
