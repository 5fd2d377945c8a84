import type { Dim } from '../sizes.ts';

/** Amounts at the two ends of an axis. */
export type Border = readonly [number, number];
/** A border for all spatial axes, one symmetric border for each axis, or both ends of each axis. */
export type Borders = number | readonly number[] | readonly (readonly number[])[];

/** Expands an argument to the border of each of `rank` axes. */
export function borders(value: Borders, rank: number, name: string): Border[] {
  const list: readonly (number | readonly number[])[] =
    typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  const pairs = list.map((each) => (typeof each === 'number' ? [each, each] : each));
  const good = pairs.length === rank && pairs.every((pair) => isBorder(pair));
  if (good) return pairs.map(([a = 0, b = 0]) => [a, b] as const);
  throw new RangeError(
    `${name} is a non-negative integer, or ${rank} of them or of pairs, not ${JSON.stringify(value)}.`,
  );
}

/** Expands the argument of a layer of one spatial axis, where two numbers are the two ends. */
export function border(value: number | readonly number[], name: string): Border {
  const pair = typeof value === 'number' ? [value, value] : value;
  if (isBorder(pair)) return [pair[0] ?? 0, pair[1] ?? 0];
  throw new RangeError(
    `${name} is a non-negative integer or two of them, not ${JSON.stringify(value)}.`,
  );
}

const isBorder = (pair: readonly number[]): boolean =>
  pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0);

/** Returns the borders of all axes of a tensor, with none outside of the spatial axes. */
export function allBorders(spatial: readonly Border[], channelsFirst: boolean): Border[] {
  const none: Border = [0, 0];
  return channelsFirst ? [none, none, ...spatial] : [none, ...spatial, none];
}

/** Adds `sign` times a border to the size of each axis. */
export function bordered(shape: readonly Dim[], all: readonly Border[], sign: 1 | -1): Dim[] {
  return shape.map((n, axis) => {
    const [before, after] = all[axis] ?? [0, 0];
    return n === null ? null : n + sign * (before + after);
  });
}
