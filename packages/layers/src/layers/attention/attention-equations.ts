const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Letter of an axis. */
const letter = (index: number): string => LETTERS[index] ?? '';

/** Equation of a projection, and the axes of its bias. */
export interface Projection {
  readonly equation: string;
  readonly bias_axes: string;
  readonly rank: number;
}

/** Writes the equation that keeps `free` axes, sums over `bound` and adds `made` new ones. */
export function projection(free: number, bound: number, made: number): Projection {
  const at = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => letter(from + i)).join('');
  const kept = at(0, free);
  const summed = at(free, bound);
  const added = at(free + bound, made);
  return {
    equation: `${kept}${summed},${summed}${added}->${kept}${added}`,
    bias_axes: added,
    rank: free + made,
  };
}

/** Equations of attention over several axes. */
export interface AttentionEquations {
  /** Keys and queries to scores. */
  readonly scores: string;
  /** Weights and values to results. */
  readonly combine: string;
  readonly scoresRank: number;
}

/** Writes the equations for projected tensors of a rank, `[batch, …, heads, size]`. */
export function attentionEquations(rank: number, axes: readonly number[]): AttentionEquations {
  const attended = new Set(axes);
  const target = Array.from({ length: rank }, (_, i) => letter(i));
  let next = rank;
  const source = target.map((label, i) => {
    if (!attended.has(i)) return label;
    next += 1;
    return letter(next - 1);
  });
  const batch = target.filter((_, i) => !attended.has(i) && i !== rank - 1);
  const pick = (labels: readonly string[]): string[] => axes.map((i) => labels[i] ?? '');
  const product = [...batch, ...pick(target), ...pick(source)].join('');
  return {
    scores: `${source.join('')},${target.join('')}->${product}`,
    combine: `${product},${source.join('')}->${target.join('')}`,
    scoresRank: product.length,
  };
}
