import type { FlatGradient } from './gradient.ts';

/** How an optimizer limits gradients; at most one of the norms is set. */
export interface Clipping {
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly global_clipnorm: number | null;
}

function sumOfSquares({ values }: FlatGradient): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] as number) ** 2;
  return sum;
}

const mapped = (gradient: FlatGradient, change: (value: number) => number): FlatGradient => ({
  ...gradient,
  values: gradient.values.map(change),
  tensor: null,
});

/** Scales a gradient whose length exceeds `limit` to that length. */
export function clipByNorm(gradient: FlatGradient, limit: number): FlatGradient {
  const norm = Math.sqrt(sumOfSquares(gradient));
  if (norm <= limit) return gradient;
  return mapped(gradient, (value) => (value * limit) / norm);
}

/** Scales all gradients by the same factor when their joint length exceeds `limit`. */
export function clipByGlobalNorm(
  gradients: readonly FlatGradient[],
  limit: number,
): readonly FlatGradient[] {
  const norm = Math.sqrt(gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0));
  if (norm <= limit) return gradients;
  // An infinite norm leaves no direction to keep; TensorFlow gives NaN as well.
  const factor = Number.isFinite(norm) ? limit / norm : Number.NaN;
  return gradients.map((gradient) => mapped(gradient, (value) => value * factor));
}

/** Limits each number of a gradient to `[−limit, limit]`. */
export function clipByValue(gradient: FlatGradient, limit: number): FlatGradient {
  return mapped(gradient, (value) => Math.min(Math.max(value, -limit), limit));
}

/** Checks that not both norms are set. */
export function checkClipping(className: string, clipping: Clipping): void {
  if (clipping.clipnorm === null || clipping.global_clipnorm === null) return;
  throw new RangeError(
    `${className}: at most one of clipnorm and global_clipnorm can be set, not both (${clipping.clipnorm}, ${clipping.global_clipnorm}).`,
  );
}

/** Limits gradients as the clipping says, which has at most one of its three limits in effect. */
export function clipGradients(
  gradients: readonly FlatGradient[],
  clipping: Clipping,
): readonly FlatGradient[] {
  const { clipnorm, clipvalue, global_clipnorm } = clipping;
  if (clipnorm !== null && clipnorm > 0) return gradients.map((g) => clipByNorm(g, clipnorm));
  if (global_clipnorm !== null && global_clipnorm > 0) {
    return clipByGlobalNorm(gradients, global_clipnorm);
  }
  if (clipvalue !== null && clipvalue > 0) return gradients.map((g) => clipByValue(g, clipvalue));
  return gradients;
}
