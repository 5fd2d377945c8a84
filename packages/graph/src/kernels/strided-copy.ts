import type { Numbers } from './typed-array-kernel.ts';

/** Rows at least this long are copied faster as a whole than element by element. */
const LONG_ROW = 24;

/**
 * Copies elements into a target in row-major order.
 *
 * @param shape Shape of the target.
 * @param jumps How far apart in the source neighbours along each axis are; negative jumps go backwards.
 */
export function copyStrided(
  source: Numbers,
  offset: number,
  target: Numbers,
  shape: readonly number[],
  jumps: readonly number[],
): void {
  const [lengths, steps] = merged(shape, jumps);
  const last = lengths.length - 1;
  const width = lengths[last] ?? 1;
  const step = steps[last] ?? 1;
  const index = lengths.map(() => 0);
  let from = offset;
  for (let to = 0; to < target.length; to += width) {
    copyRow(source, from, step, target, to, width);
    from += advance(index, lengths, steps);
  }
}

/** Joins neighbouring axes that lie in the source as they lie in the target. */
function merged(shape: readonly number[], jumps: readonly number[]): [number[], number[]] {
  const lengths: number[] = [];
  const steps: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    const jump = jumps[axis] ?? 1;
    const inner = lengths[0];
    const innerStep = steps[0];
    if (length === 1 && lengths.length > 0) continue;
    if (inner !== undefined && innerStep !== undefined && jump === inner * innerStep) {
      lengths[0] = inner * length;
    } else {
      lengths.unshift(length);
      steps.unshift(jump);
    }
  }
  return [lengths, steps];
}

function copyRow(
  source: Numbers,
  from: number,
  step: number,
  target: Numbers,
  to: number,
  width: number,
): void {
  if (step === 1 && width >= LONG_ROW) target.set(source.subarray(from, from + width), to);
  else for (let i = 0; i < width; i++) target[to + i] = source[from + i * step] ?? 0;
}

/** Counts `index` up along all axes but the last and returns how far the source position moves. */
function advance(index: number[], lengths: readonly number[], steps: readonly number[]): number {
  let move = 0;
  for (let axis = lengths.length - 2; axis >= 0; axis--) {
    const next = (index[axis] ?? 0) + 1;
    move += steps[axis] ?? 0;
    if (next < (lengths[axis] ?? 1)) {
      index[axis] = next;
      return move;
    }
    move -= next * (steps[axis] ?? 0);
    index[axis] = 0;
  }
  return move;
}
