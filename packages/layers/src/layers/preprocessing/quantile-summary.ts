/** Values in ascending order, each with the number of data it stands for. */
export interface Summary {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** Summarizes data by every n-th value, so that quantiles are off by at most `epsilon`. */
export function summarize(data: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(data).sort();
  const increment = Math.trunc(Math.fround(sorted.length / Math.fround(1 / epsilon)));
  const step = Math.max(increment, 1);
  const values = Array.from(sorted).filter(
    (_, i) => i >= increment && (i - increment) % step === 0,
  );
  return { values, weights: values.map(() => step) };
}

/** Joins two summaries and shortens the result. */
export function mergeSummaries(next: Summary, previous: Summary, epsilon: number): Summary {
  const pairs = [...pairsOf(next), ...pairsOf(previous)].sort(([a], [b]) => a - b);
  const merged = { values: pairs.map(([value]) => value), weights: pairs.map(([, n]) => n) };
  return compress(merged, epsilon);
}

function pairsOf({ values, weights }: Summary): [number, number][] {
  return values.map((value, i) => [value, weights[i] ?? 0]);
}

/** Finds the boundaries between bins that hold about equally many data. */
export function binBoundaries(summary: Summary, bins: number): number[] {
  return compress(summary, 1 / bins).values.slice(0, -1);
}

/** Shortens a summary to 1/epsilon values by linear interpolation. */
function compress(summary: Summary, epsilon: number): Summary {
  if (summary.values.length * epsilon < 1) return summary;
  const sums: number[] = [];
  let sum = 0;
  for (const weight of summary.weights) {
    sum = Math.fround(sum + weight);
    sums.push(sum);
  }
  const parts = sums.map((each) => Math.fround(each / sum));
  const count = Math.ceil(1 / epsilon - 1e-9);
  const percents = Array.from({ length: count }, (_, i) => epsilon + i * epsilon);
  const values = percents.map((p) => Math.fround(interpolate(p, parts, summary.values)));
  const reached = percents.map((p) => interpolate(p, parts, sums));
  const weights = reached.map((each, i) => Math.fround(each - (reached[i - 1] ?? 0)));
  return { values, weights };
}

/** Interpolates linearly between points; before the first and after the last it stays constant. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const after = xs.findIndex((each) => each > x);
  if (after === 0) return ys[0] ?? 0;
  if (after < 0) return ys.at(-1) ?? 0;
  const [x0 = 0, x1 = 0] = [xs[after - 1], xs[after]];
  const [y0 = 0, y1 = 0] = [ys[after - 1], ys[after]];
  return y0 + ((y1 - y0) / (x1 - x0)) * (x - x0);
}
