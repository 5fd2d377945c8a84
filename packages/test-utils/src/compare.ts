/** How far numbers may differ: `|a - b| <= atol + rtol * |b|`. */
export interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

/** How two lists of numbers compare. */
export interface Comparison {
  readonly ok: boolean;
  /** Largest `|a - b|`; infinite where only one is NaN or infinite. */
  readonly maxDifference: number;
  /** Index of the largest difference; -1 when there is none. */
  readonly index: number;
  /** Numbers that differ by more than the tolerance. */
  readonly mismatches: number;
  /** One line for people. */
  readonly message: string;
}

/** Anything with numbers by index. */
export type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/** Compares numbers within a tolerance (exactly by default); NaN equals NaN, an infinity only itself. */
export function compareNumbers(
  actual: Numbers,
  expected: Numbers,
  tolerance: Tolerance = {},
): Comparison {
  if (actual.length !== expected.length) {
    const message = `${actual.length} numbers, expected ${expected.length}`;
    return { ok: false, maxDifference: Infinity, index: -1, mismatches: expected.length, message };
  }
  const { rtol = 0, atol = 0 } = tolerance;
  let maxDifference = 0;
  let index = -1;
  let mismatches = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = differenceAt(actual, expected, i);
    const bound = atol + rtol * Math.abs(Number(expected[i]));
    if (difference > 0 && !(difference <= bound && Number.isFinite(difference))) mismatches++;
    if (difference > maxDifference) {
      maxDifference = difference;
      index = i;
    }
  }
  const message =
    index < 0
      ? `${expected.length} numbers equal`
      : `max difference ${maxDifference} at ${index}: ${actual[index]}, expected ${expected[index]}; ${mismatches} of ${expected.length} beyond rtol ${rtol}, atol ${atol}`;
  return { ok: mismatches === 0, maxDifference, index, mismatches, message };
}

function differenceAt(actual: Numbers, expected: Numbers, index: number): number {
  const a = actual[index];
  const b = expected[index];
  if (Object.is(a, b) || a === b) return 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return Number(a > b ? a - b : b - a);
  const difference = Math.abs(Number(a) - Number(b));
  return Number.isNaN(difference) ? Infinity : difference;
}

/** Throws an error that tells the largest difference unless numbers agree within the tolerance. */
export function assertClose(
  actual: Numbers,
  expected: Numbers,
  tolerance: Tolerance,
  name = 'values',
): void {
  const { ok, message } = compareNumbers(actual, expected, tolerance);
  if (!ok) throw new Error(`${name}: ${message}`);
}
