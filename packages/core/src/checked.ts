import { LimitError, MalformedError } from './errors.ts';
import { MAX_RANK } from './limits.ts';
import type { Shape } from './tensor.ts';

function count(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new LimitError(`The size ${value} exceeds 2^53 - 1; the file is damaged or hostile.`);
  }
  throw new MalformedError(`${value} is no size: expected a non-negative integer.`);
}

/**
 * Adds two sizes.
 * @throws LimitError when the sum exceeds 2^53 - 1; MalformedError when an operand is negative or no integer.
 */
export function checkedAdd(a: number, b: number): number {
  return count(count(a) + count(b));
}

/**
 * Multiplies two sizes.
 * @throws LimitError when the product exceeds 2^53 - 1; MalformedError when an operand is negative or no integer.
 */
export function checkedMultiply(a: number, b: number): number {
  return count(count(a) * count(b));
}

/**
 * Turns a 64-bit size into a number.
 * @throws LimitError above 2^53 - 1; MalformedError below zero.
 */
export function checkedNumber(value: bigint): number {
  return count(Number(value));
}

/**
 * Counts the elements of a shape; a scalar has one.
 * @throws MalformedError on a negative or fractional axis; LimitError on too many axes or elements.
 */
export function elementCount(shape: Shape): number {
  if (shape.length > MAX_RANK) {
    throw new LimitError(`A tensor of ${shape.length} axes exceeds the ${MAX_RANK} supported.`);
  }
  // Zero wins over overflow whatever the order of the axes, as in TensorFlow.
  if (shape.includes(0)) {
    for (const axis of shape) count(axis);
    return 0;
  }
  return shape.reduce(checkedMultiply, 1);
}
