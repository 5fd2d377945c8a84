/** A sequence of classes and what it is to be recognised as. */
export interface CtcSequence {
  /** Logarithms of the probabilities, step by step. */
  readonly logs: Float64Array;
  readonly steps: number;
  readonly classes: number;
  readonly labels: readonly number[];
  /** The class that stands for no label. */
  readonly blank: number;
  /** True where equal neighbours of the classes are one label, as they usually are. */
  readonly merges: boolean;
}

/** Loss of a sequence, and its gradient by the logits, step by step. */
export interface CtcLoss {
  readonly loss: number;
  readonly gradient: Float64Array;
}

const NONE = Number.NEGATIVE_INFINITY;

/** Adds probabilities given by their logarithms. */
export function addLogs(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === NONE ? NONE : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
}

/** Logarithms of the probabilities that logits stand for, row by row. */
export function logSoftmax(logits: ArrayLike<number>, classes: number): Float64Array {
  const logs = Float64Array.from(logits);
  for (let start = 0; start < logs.length; start += classes) {
    const row = logs.subarray(start, start + classes);
    const top = row.reduce((most, each) => Math.max(most, each), NONE);
    const total = top + Math.log(row.reduce((sum, each) => sum + Math.exp(each - top), 0));
    for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) - total;
  }
  return logs;
}

/** How the states of a sequence, its labels with blanks around them, follow each other. */
interface States {
  readonly path: readonly number[];
  /** True for states that may last. */
  readonly stays: readonly boolean[];
  /** True for states that may follow the one before the last. */
  readonly skips: readonly boolean[];
}

function statesOf({ labels, blank, merges }: CtcSequence): States {
  const path = [blank, ...labels.flatMap((label) => [label, blank])];
  return {
    path,
    stays: path.map((label) => merges || label === blank),
    skips: path.map((label, s) => s > 1 && label !== blank && !(merges && label === path[s - 2])),
  };
}

/** Adds up the ways to or from a state: to stay in it, one state on, or two. */
function ways(
  { stays, skips }: States,
  s: number,
  direction: 1 | -1,
  at: (state: number) => number,
): number {
  const [next, second] = [s + direction, s + 2 * direction];
  const sum = addLogs(stays[s] ? at(s) : NONE, at(next));
  return skips[Math.max(s, second)] ? addLogs(sum, at(second)) : sum;
}

/** Probabilities of the first steps that end in each state. */
function forward({ logs, steps, classes }: CtcSequence, states: States): Float64Array {
  const { path } = states;
  const width = path.length;
  const all = new Float64Array(steps * width).fill(NONE);
  for (let t = 0; t < steps; t++) {
    const before = (s: number): number => (s < 0 ? NONE : (all[(t - 1) * width + s] ?? NONE));
    for (const [s, label] of path.entries()) {
      const sum = t === 0 ? startsAt(s) : ways(states, s, -1, before);
      all[t * width + s] = sum + (logs[t * classes + label] ?? NONE);
    }
  }
  return all;
}

/** A sequence begins with no label or the first one. */
const startsAt = (s: number): number => (s < 2 ? 0 : NONE);

/** Probabilities of all that comes behind each state. */
function backward({ logs, steps, classes }: CtcSequence, states: States): Float64Array {
  const { path } = states;
  const width = path.length;
  const all = new Float64Array(steps * width).fill(NONE);
  for (let t = steps - 1; t >= 0; t--) {
    const behind = (s: number): number =>
      s >= width
        ? NONE
        : (all[(t + 1) * width + s] ?? NONE) + (logs[(t + 1) * classes + (path[s] ?? 0)] ?? NONE);
    for (let s = 0; s < width; s++) {
      all[t * width + s] = t === steps - 1 ? startsAt(width - 1 - s) : ways(states, s, 1, behind);
    }
  }
  return all;
}

/**
 * Loss of a sequence and its gradient (Graves and others, 2006). Equals the op CTCLoss for one entry of a batch: where no
 * path leads to the labels, the loss is infinite and the gradient that of a path without any of them.
 */
export function ctcLoss(sequence: CtcSequence): CtcLoss {
  const { logs, steps, classes } = sequence;
  const states = statesOf(sequence);
  const { path } = states;
  const width = path.length;
  const gradient = logs.slice(0, steps * classes).map(Math.exp);
  if (steps === 0) return { loss: width === 1 ? 0 : Number.POSITIVE_INFINITY, gradient };
  const [ahead, behind] = [forward(sequence, states), backward(sequence, states)];
  const last = (steps - 1) * width;
  const total = addLogs(
    ahead[last + width - 1] ?? NONE,
    width > 1 ? (ahead[last + width - 2] ?? NONE) : NONE,
  );
  if (total === NONE) return { loss: Number.POSITIVE_INFINITY, gradient };
  for (let t = 0; t < steps; t++) {
    for (const [s, label] of path.entries()) {
      const at = t * width + s;
      const share = Math.exp((ahead[at] ?? NONE) + (behind[at] ?? NONE) - total);
      gradient[t * classes + label] = (gradient[t * classes + label] ?? 0) - share;
    }
  }
  return { loss: -total, gradient };
}
