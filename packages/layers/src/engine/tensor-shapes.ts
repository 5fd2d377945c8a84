import { flatten, mapStructure } from './nest.ts';
import { raggedShape, rowsOf } from './rows.ts';
import type { ApplyArgs, CallSpec, Nested, Shape, Shapes, TensorSpec } from './types.ts';

/** Sizes that stand for open axes while a layer runs without values: the batch, and any other axis. */
export type OpenSizes = readonly [batch: number, other: number];

const state: { sizes: OpenSizes | null } = { sizes: null };

/** Runs a function in which the given sizes stand for open axes. */
export function withOpenSizes<T>(sizes: OpenSizes, run: () => T): T {
  const outer = state.sizes;
  state.sizes = sizes;
  try {
    return run();
  } finally {
    state.sizes = outer;
  }
}

/** A shape as a layer may keep it: sizes that only stand for open axes are open. */
export function open_shape(shape: Shape): Shape {
  const { sizes } = state;
  if (sizes === null) return shape;
  return shape.map((size, axis) => (size === sizes[axis === 0 ? 0 : 1] ? null : size));
}

/** Shapes of tensors, in their structure; constants among them are scalars. */
export function shapesOf(inputs: Nested<{ readonly shape: Shape }>): Shapes {
  return mapStructure<unknown, Shape>(inputs as Nested<unknown>, (x) =>
    typeof x === 'object' && x !== null && 'shape' in x
      ? open_shape(raggedShape(x as { readonly shape: Shape }))
      : [],
  );
}

/** Shapes and dtypes of what a layer is called with. */
export function callSpecOf(inputs: unknown, args: ApplyArgs): CallSpec {
  const tensors = Object.entries(args).filter(
    ([name, value]) => name !== 'mask' && flatten<unknown>(value as Nested<unknown>).some(isTensor),
  );
  return {
    inputs: specsOf(inputs),
    args: Object.fromEntries(tensors.map(([name, value]) => [name, specsOf(value)])),
  };
}

function isTensor(x: unknown): x is TensorSpec {
  return typeof x === 'object' && x !== null && 'shape' in x && 'dtype' in x;
}

/** Shapes and dtypes of tensors, in their structure; constants among them are scalars. */
function specsOf(inputs: unknown): Nested<TensorSpec> {
  return mapStructure<unknown, TensorSpec>(inputs as Nested<unknown>, (x) => {
    if (!isTensor(x)) return { shape: [], dtype: 'float32' };
    const ragged = x.ragged === true || rowsOf(x) !== null;
    const spec = { shape: open_shape(raggedShape(x)), dtype: String(x.dtype) };
    return ragged ? { ...spec, ragged } : spec;
  });
}
