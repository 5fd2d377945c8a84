import { mapStructure } from './nest.ts';
import type { Nested, Shape, Shapes } from './types.ts';

/** Shapes of tensors, in their structure; constants among them are scalars. */
export function shapesOf(inputs: Nested<{ readonly shape: Shape }>): Shapes {
  return mapStructure<unknown, Shape>(inputs as Nested<unknown>, (x) =>
    typeof x === 'object' && x !== null && 'shape' in x ? (x.shape as Shape) : [],
  );
}
