/** The pair of seeds of a draw. */
export type SeedPair = readonly [number, number];

/** Draws a seed for an initializer that was given none. */
export function newSeed(): number {
  return 1 + Math.floor(Math.random() * 1e9);
}

/** Draws from the uniform distribution over `[low, high)`. */
export function drawUniform(
  size: number,
  _seed: SeedPair,
  low: number,
  high: number,
): Float32Array {
  return Float32Array.from({ length: size }, () => low + (high - low) * Math.random());
}

/** Draws from a normal distribution. */
export function drawNormal(
  size: number,
  _seed: SeedPair,
  mean: number,
  stddev: number,
): Float32Array {
  return Float32Array.from({ length: size }, () => mean + stddev * standardNormal());
}

/** Draws from a normal distribution cut at two standard deviations. */
export function drawTruncatedNormal(
  size: number,
  _seed: SeedPair,
  mean: number,
  stddev: number,
): Float32Array {
  return Float32Array.from({ length: size }, () => {
    let value = standardNormal();
    while (Math.abs(value) >= 2) value = standardNormal();
    return mean + stddev * value;
  });
}

function standardNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
