import * as tf from '@tensorflow/tfjs-core';

/** Lengths that stand for computed ones differ from each other, so that no two runs agree on one. */
const state = { next: 1009 };

/** Replaces lengths that are computed by stand-ins, while only shapes are being worked out. */
export function concreteSizes(sizes: readonly (number | null)[]): number[] {
  return sizes.map((size) => {
    if (size !== null) return size;
    state.next += 2;
    return state.next;
  });
}

/** Tells how many stand-ins have been made so far. */
export function standInsMade(): number {
  return state.next;
}

/**
 * Returns the target of a reshaping in which some lengths are computed: the first is that of the input, another one is
 * what remains.
 */
export function reshapeTarget(x: tf.Tensor, sizes: readonly (number | null)[]): number[] {
  const [first = null, ...rest] = sizes;
  const open = sizes.filter((size) => size === null).length;
  if (open === 0) return sizes.map((size) => size ?? -1);
  const [batch = -1] = x.shape;
  const head = first ?? (open === 1 && !sizes.includes(-1) ? -1 : batch);
  return [head, ...rest.map((size, i) => size ?? x.shape[i + 1] ?? -1)].map((size, i, all) =>
    fits(x, all) || i === 0 || sizes[i] !== null ? size : -1,
  );
}

function fits(x: tf.Tensor, shape: readonly number[]): boolean {
  return shape.includes(-1) || tf.util.sizeFromShape([...shape]) === x.size;
}
