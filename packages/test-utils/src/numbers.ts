/** Draws `n` unsigned 32-bit numbers: a multiply and xor-shift mix of counter and seed. */
export function bits(n: number, seed: number): Uint32Array {
  const drawn = new Uint32Array(n);
  const start = Math.imul(seed, 0x85ebca6b);
  for (let i = 0; i < n; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + start) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    drawn[i] = x ^ (x >>> 16);
  }
  return drawn;
}

/** Draws numbers of `[lo, hi)` for a shape, row-major; the same in every language that has 32-bit integers. */
export function uniform(shape: readonly number[], seed: number, lo = -1, hi = 1): Float32Array {
  const drawn = bits(sizeOf(shape), seed);
  return Float32Array.from(drawn, (x) => lo + (hi - lo) * (x / 2 ** 32));
}

/** Draws integers of `[lo, hi)` for a shape, row-major. */
export function integers(
  shape: readonly number[],
  seed: number,
  lo: number,
  hi: number,
): Int32Array {
  return Int32Array.from(bits(sizeOf(shape), seed), (x) => lo + (x % (hi - lo)));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}
