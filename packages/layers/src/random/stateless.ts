import { type Distribution, draw, startOfSeeds } from '@km/graph';

/** Pair of seeds of a stateless draw. */
export type SeedPair = readonly [number, number];

/** Draws uniformly from [low, high). Equals `tf.random.stateless_uniform` of float32 on CPU. */
export function statelessUniform(
  size: number,
  seeds: SeedPair,
  low: number = 0,
  high: number = 1,
): Float32Array {
  return scaled('uniform', size, seeds, Math.fround(high) - Math.fround(low), low);
}

/** Draws from a normal distribution. Equals `tf.random.stateless_normal` of float32 on CPU to one rounding. */
export function statelessNormal(
  size: number,
  seeds: SeedPair,
  mean: number = 0,
  stddev: number = 1,
): Float32Array {
  return scaled('normal', size, seeds, stddev, mean);
}

/**
 * Draws from a normal distribution cut at two standard deviations. Equals `tf.random.stateless_truncated_normal` of
 * float32 on CPU to one rounding.
 */
export function statelessTruncatedNormal(
  size: number,
  seeds: SeedPair,
  mean: number = 0,
  stddev: number = 1,
): Float32Array {
  return scaled('truncated_normal', size, seeds, stddev, mean);
}

/** Multiplies and adds in float32, rounding after each step. */
function scaled(
  distribution: Distribution,
  size: number,
  seeds: SeedPair,
  factor: number,
  offset: number,
): Float32Array {
  const numbers = new Float32Array(size);
  draw(distribution, numbers, startOfSeeds(seeds));
  const scale = Math.fround(factor);
  const shift = Math.fround(offset);
  for (let i = 0; i < size; i++) numbers[i] = Math.fround((numbers[i] ?? 0) * scale) + shift;
  return numbers;
}
