import type { Tensor } from '@km/core';
import { formatShape } from '../text/format.ts';
import { UsageError } from '../usage-error.ts';

/** A tensor that a model takes or gives. */
export interface Slot {
  readonly name: string;
  /** Sizes with the batch axis, null where any will do; undefined when the model does not say. */
  readonly shape: readonly (number | null)[] | undefined;
}

/**
 * Puts arrays into the order of a model's inputs or outputs: by their names, or, when none of them is a name of the
 * model, in the order in which they come. Errors name the `owner` of the inputs or outputs.
 * @throws UsageError when they are too many or too few, have other names or another shape.
 */
export function bindArrays(
  what: 'input' | 'output',
  slots: readonly Slot[],
  arrays: ReadonlyMap<string, Tensor>,
  owner = 'the model',
): readonly Tensor[] {
  const names = new Set(slots.map(({ name }) => name));
  const strangers = [...arrays.keys()].filter((name) => !names.has(name));
  const wanted = slots.map(({ name }) => name).join(', ');
  if (arrays.size !== slots.length) {
    throw new UsageError(
      `${owner} has ${slots.length} ${what}${slots.length === 1 ? '' : 's'} (${wanted}), the file has ${arrays.size} arrays (${[...arrays.keys()].join(', ')})`,
    );
  }
  if (strangers.length > 0 && strangers.length < arrays.size) {
    throw new UsageError(
      `${owner} has no ${what} ${strangers.join(', ')}: name the arrays ${wanted}, or none of them`,
    );
  }
  const inOrder = [...arrays.values()];
  return slots.map((slot, i) => {
    const array = strangers.length === 0 ? arrays.get(slot.name) : inOrder[i];
    if (array === undefined) throw new UsageError(`the ${what} ${slot.name} is missing`);
    if (what === 'input') checkShape(slot, array);
    return array;
  });
}

function checkShape({ name, shape }: Slot, array: Tensor): void {
  if (shape === undefined || matches(shape, array.shape)) return;
  const found = formatShape(array.shape);
  const advice = matches(shape.slice(1), array.shape)
    ? ': add an axis for the samples in front, such as x[None]'
    : '';
  throw new UsageError(
    `the input ${name} takes arrays of shape ${formatShape(shape)}, the file has ${found}${advice}`,
  );
}

function matches(shape: readonly (number | null)[], found: readonly number[]): boolean {
  return (
    shape.length === found.length &&
    shape.every((size, axis) => size === null || size === found[axis])
  );
}

/** @throws UsageError unless all arrays have the same number of samples. */
export function checkSamples(groups: readonly (readonly [string, readonly Tensor[]])[]): void {
  const counts = groups.flatMap(([what, arrays]) =>
    arrays.map(({ shape }) => ({ what, count: shape[0] })),
  );
  const [first] = counts;
  const scalar = counts.find(({ count }) => count === undefined);
  if (scalar !== undefined) {
    throw new UsageError(`${scalar.what} holds a single number: its first axis counts the samples`);
  }
  const other = counts.find(({ count }) => count !== first?.count);
  if (first === undefined || other === undefined) return;
  throw new UsageError(
    `${first.what} has ${first.count} samples, ${other.what} has ${other.count}: they must be equal`,
  );
}
