import type { Shape } from './base.ts';

/** Returns the size of one axis of an input, which must be known when weights are made. */
export function knownSize(
  input_shape: Shape,
  axis: number,
  layer: { readonly name: string },
): number {
  const size = input_shape.at(axis) ?? null;
  if (size !== null) return size;
  throw new RangeError(
    `${layer.name}: axis ${axis} of the input must have a known size, but its shape is ${showShape(input_shape)}.`,
  );
}

/** Writes a shape as Keras does, with None for open sizes. */
export function showShape(shape: Shape): string {
  return `(${shape.map((n) => n ?? 'None').join(', ')})`;
}

/** Returns a non-negative axis number. */
export function axisOf(axis: number, rank: number, layer: { readonly name: string }): number {
  const at = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(at) && at >= 0 && at < rank) return at;
  throw new RangeError(`${layer.name}: axis ${axis} does not exist in a tensor of rank ${rank}.`);
}
