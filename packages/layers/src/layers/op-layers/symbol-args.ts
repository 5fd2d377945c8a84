import { isKmError } from '@km/core';
import { isMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';

/** Keyword arguments of a call of a TensorFlow function. */
export class SymbolArgs {
  readonly #values: Config;
  readonly #type: string | null;

  /** @param type Dtype of Keras of the input, where the call was a symbolic one. */
  constructor(values: Config, type: string | null = null) {
    this.#values = values;
    this.#type = type;
  }

  /** Returns the dtype of the input: that of Keras if it is known. */
  inputType(input: tf.Tensor): string {
    return this.#type ?? input.dtype;
  }

  /** Returns the arguments with others in place of some. */
  with(values: Config): SymbolArgs {
    return new SymbolArgs({ ...this.#values, ...values }, this.#type);
  }

  /** True when the call has the argument, be it null. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
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

  /** Returns a list of whole numbers, also from a tensor or a list of scalars. */
  numbers(name: string): number[] {
    return numbersIn(this.raw(name), name);
  }

  /** Returns the lengths of axes; null for those that are computed, while only shapes are being worked out. */
  sizes(name: string): (number | null)[] {
    return sizesIn(this.raw(name), name);
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

/** Returns the whole numbers of a list, of a tensor, or of a list of scalars. */
export function numbersIn(value: unknown, name: string): number[] {
  if (value instanceof tf.Tensor) return Array.from(value.dataSync<'float32'>());
  if (Array.isArray(value)) return value.flatMap((each: unknown) => numbersIn(each, name));
  if (typeof value === 'number') return [value];
  throw new TypeError(`The argument ${name} must be a list of numbers.`);
}

/** Like {@link numbersIn}, with null for what is computed while only shapes are being worked out. */
export function sizesIn(value: unknown, name: string): (number | null)[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown) => sizesIn(each, name));
  if (!(value instanceof tf.Tensor && isMetaBackend())) return numbersIn(value, name);
  try {
    return numbersIn(value, name);
  } catch (error) {
    if (!isKmError(error, 'KM_UNSUPPORTED')) throw error;
    return new Array<null>(value.size).fill(null);
  }
}

/** Most axes of a tensor. */
const MAX_RANK = 6;

/** Makes a tensor of an operand; numbers take the dtype of the other operand. */
export function toOperand(value: unknown, like?: tf.Tensor): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  if (value === null || value === undefined) throw new TypeError('An operand is missing.');
  if (Array.isArray(value) && value.flat(MAX_RANK).some((each) => each instanceof tf.Tensor)) {
    return tf.stack(value.map((each: unknown) => toOperand(each, like)));
  }
  const made = tf.tensor(value as number[]);
  if (like === undefined || like.dtype === made.dtype || made.dtype === 'string') return made;
  return tf.cast(made, like.dtype);
}

/** Makes tensors of a list of operands. */
export function toOperands(value: unknown): tf.Tensor[] {
  const list = Array.isArray(value) ? value : [value];
  const tensors = list.filter((each): each is tf.Tensor => each instanceof tf.Tensor);
  // Constants beside integers are integers; as single numbers they came as floats.
  const like = tensors.find(({ dtype }) => dtype === 'int32') ?? tensors[0];
  return list.map((each) => {
    const operand = toOperand(each, like);
    return like?.dtype === 'int32' ? tf.cast(operand, 'int32') : operand;
  });
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
    const right = toOperand(other, left);
    // TensorFlow adds no floats to integers, so that a float is a constant that the config gives as a number.
    return left.dtype === 'float32' && right.dtype === 'int32'
      ? fn(tf.cast(left, 'int32'), right)
      : fn(left, right);
  };
}
