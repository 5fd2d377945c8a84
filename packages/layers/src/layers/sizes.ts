import type { DataFormat } from '@km/graph';
import { image_data_format } from '../engine/data-format.ts';

export type { DataFormat };

/** A size, or one size for each spatial axis. */
export type Sizes = number | readonly number[];
/** How a convolution treats the borders. */
export type Padding = 'valid' | 'same' | 'causal';
/** A size that may still be open. */
export type Dim = number | null;

/** @throws TypeError for an argument that is missing, as it is when arguments come by position. */
function checkGiven(value: unknown, name: string): void {
  if (value !== undefined) return;
  throw new TypeError(`${name} is missing. Arguments come by name, in one object: { ${name}: … }.`);
}

/** Expands a size to one size for each of `count` axes and checks them. */
export function sizes(value: Sizes, count: number, name: string, least = 1): number[] {
  checkGiven(value, name);
  const list = typeof value === 'number' ? new Array<number>(count).fill(value) : [...value];
  const good = list.length === count && list.every((n) => Number.isInteger(n) && n >= least);
  if (good) return list;
  throw new RangeError(
    `${name} is an integer of at least ${least}, or ${count} of them, not ${JSON.stringify(value)}.`,
  );
}

/** Checks that an argument is an integer of at least `least`. */
export function integer(value: unknown, name: string, least = 1): number {
  checkGiven(value, name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`${name} is an integer of at least ${least}, not ${JSON.stringify(value)}.`);
}

/** Checks that an argument is one of a set of strings. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], name: string): T {
  const lower = typeof value === 'string' ? value.toLowerCase() : value;
  const found = allowed.find((each) => each === lower);
  if (found !== undefined) return found;
  const names = allowed.map((each) => `'${each}'`).join(', ');
  throw new RangeError(`${name} is one of ${names}, not ${JSON.stringify(value)}.`);
}

/** Checks a data format; null means the one that `set_image_data_format` was given, or channels last. */
export function dataFormat(value: string | null | undefined): DataFormat {
  return oneOf(value ?? image_data_format(), ['channels_last', 'channels_first'], 'data_format');
}

/** Computes the length of a convolution's or pooling's output along one axis; null stays null. */
export function convLength(
  length: Dim,
  kernel: number,
  padding: Padding,
  stride: number,
  dilation = 1,
): Dim {
  if (length === null) return null;
  const reach = (kernel - 1) * dilation + 1;
  const places = padding === 'valid' ? length - reach + 1 : length;
  return Math.floor((places + stride - 1) / stride);
}

/** Adds up sizes; the sum is open if one is. */
export function sumDims(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((sum, n) => (sum === null || n === null ? null : sum + n), 0);
}

/** Multiplies sizes; the product is open if one is. */
export function productDims(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((product, n) => (product === null || n === null ? null : product * n), 1);
}
