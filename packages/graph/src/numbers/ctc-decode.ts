import { LimitError } from '@km/core';
import { addLogs } from './ctc-loss.ts';

/** A sequence of labels with what it is worth. */
export interface Decoded {
  readonly labels: readonly number[];
  readonly score: number;
}

/** The labels of the likeliest class of each step; the score is what the logits of these classes add up to. */
export function greedyLabels(
  logits: ArrayLike<number>,
  classes: number,
  blank: number,
  merges: boolean,
): Decoded {
  const labels: number[] = [];
  let score = 0;
  let before = -1;
  for (let start = 0; start < logits.length; start += classes) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((logits[start + k] ?? 0) > (logits[start + best] ?? 0)) best = k;
    }
    score += logits[start + best] ?? 0;
    if (best !== blank && !(merges && best === before)) labels.push(best);
    before = best;
  }
  return { labels, score };
}

const NONE = Number.NEGATIVE_INFINITY;

/** Most prefixes that are remembered for one sequence. */
const MAX_PREFIXES = 4_000_000;

/** Logarithms of the probabilities of a prefix, by what its last step is. */
interface Share {
  total: number;
  blank: number;
  label: number;
}

const nothing = (): Share => ({ total: NONE, blank: NONE, label: NONE });

/** A prefix of labels. */
class Prefix {
  readonly parent: Prefix | null;
  readonly label: number;
  readonly children: Map<number, Prefix> = new Map();
  before: Share = nothing();
  now: Share = nothing();

  constructor(parent: Prefix | null, label: number) {
    this.parent = parent;
    this.label = label;
  }

  get isActive(): boolean {
    return this.now.total !== NONE;
  }

  /** The labels from the first one on; with `merges` equal neighbours count once. */
  labels(merges: boolean): number[] {
    const found: number[] = [];
    let behind = -1;
    for (let each: Prefix = this; each.parent !== null; each = each.parent) {
      if (!merges || each.label !== behind) found.push(each.label);
      behind = each.label;
    }
    return found.reverse();
  }
}

/** The best prefixes, at most as many as the beam is wide. */
class Beam {
  readonly width: number;
  leaves: Prefix[] = [];

  constructor(width: number) {
    this.width = width;
  }

  #worst(): number {
    let at = 0;
    for (const [i, leaf] of this.leaves.entries()) {
      if (leaf.now.total < (this.leaves[at]?.now.total ?? 0)) at = i;
    }
    return at;
  }

  takes({ total }: Share): boolean {
    if (total === NONE) return false;
    if (this.leaves.length < this.width) return true;
    return total > (this.leaves[this.#worst()]?.now.total ?? NONE);
  }

  add(leaf: Prefix): void {
    if (this.leaves.length >= this.width) {
      const [gone] = this.leaves.splice(this.#worst(), 1);
      if (gone !== undefined) gone.now = nothing();
    }
    this.leaves.push(leaf);
  }

  sorted(): Prefix[] {
    return [...this.leaves].sort((a, b) => b.now.total - a.now.total);
  }
}

/** What a prefix is worth at one more step that adds no label. */
function stay(prefix: Prefix, logs: Float64Array, blank: number): void {
  const { parent, before, now, label } = prefix;
  if (parent !== null) {
    if (parent.isActive) {
      const from = label === parent.label ? parent.before.blank : parent.before.total;
      now.label = addLogs(now.label, from);
    }
    now.label += logs[label] ?? NONE;
  }
  now.blank = before.total + (logs[blank] ?? NONE);
  now.total = addLogs(now.blank, now.label);
}

/**
 * The likeliest sequences of labels, found with a beam of prefixes (Graves and Jaitly, 2014). Equals the op
 * CTCBeamSearchDecoder for one entry of a batch; the last class stands for no label.
 *
 * @param logs Logarithms of the probabilities, step by step.
 * @throws LimitError when a wide beam has to remember too much.
 */
export function beamLabels(
  logs: Float64Array,
  classes: number,
  beamWidth: number,
  paths: number,
  merges: boolean,
): Decoded[] {
  const blank = classes - 1;
  const root = new Prefix(null, -1);
  root.now = { total: 0, blank: 0, label: NONE };
  let branches = [root];
  let count = 1;
  for (let start = 0; start < logs.length; start += classes) {
    const row = logs.subarray(start, start + classes);
    const beam = new Beam(beamWidth);
    for (const branch of branches) branch.before = { ...branch.now };
    for (const branch of branches) {
      stay(branch, row, blank);
      beam.add(branch);
    }
    for (const branch of branches) {
      if (beam.takes(branch.before)) count += grow(branch, row, beam);
    }
    if (count > MAX_PREFIXES) {
      throw new LimitError(`A beam of ${beamWidth} prefixes has to remember more than ${count}.`);
    }
    branches = beam.sorted();
  }
  return branches
    .slice(0, paths)
    .map((branch) => ({ labels: branch.labels(merges), score: branch.now.total }));
}

/** Adds the prefixes that are one label longer; gives how many were made. */
function grow(branch: Prefix, logs: Float64Array, beam: Beam): number {
  let made = 0;
  for (let label = 0; label < logs.length - 1; label++) {
    const known = branch.children.get(label);
    if (known?.isActive) continue;
    const from = label === branch.label ? branch.before.blank : branch.before.total;
    const score = (logs[label] ?? NONE) + from;
    const now = { total: score, blank: NONE, label: score };
    if (beam.takes(now)) {
      const child = known ?? new Prefix(branch, label);
      if (known === undefined) {
        branch.children.set(label, child);
        made += 1;
      }
      child.now = now;
      beam.add(child);
    } else if (known !== undefined) {
      known.before = nothing();
      known.now = nothing();
    }
  }
  return made;
}
