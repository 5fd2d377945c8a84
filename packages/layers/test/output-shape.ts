import type { Model } from '../src/index.ts';

/**
 * Compares the shape that a model says of its output with that which TensorFlow says, open axes with those of a value.
 * Without values, the length of an axis may be open that TensorFlow works out from constants.
 */
export function expectOutputShape(
  { output_shape }: Model,
  recorded: readonly (number | null)[] | null | undefined,
  actual: readonly number[],
): void {
  const symbolic = output_shape as readonly (number | null)[];
  recorded?.forEach((size, axis) => {
    if (symbolic[axis] !== null) expect(symbolic[axis]).toBe(size ?? actual[axis]);
  });
}
