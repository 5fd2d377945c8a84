import type { Tensor } from '@km/core';
import type { GoldenCase, Goldens } from '@km/test-utils';

/** What became of one recorded case. */
export interface Outcome {
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why a case failed or was skipped. */
  readonly reason?: string;
  /** Largest difference, relative where the expected number exceeds 1. */
  readonly difference?: number;
}

/** Runs one case; returns the largest difference, or the reason to skip it; throws when it fails. */
export type CaseRunner = (golden: GoldenCase, container: Goldens) => Promise<number | string>;

/** Runs all cases of a container whose id contains `filter`. */
export async function runCases(
  container: Goldens,
  filter: string,
  run: CaseRunner,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const golden of container.cases) {
    if (!golden.id.includes(filter)) continue;
    outcomes.push(await outcomeOf(golden.id, () => run(golden, container)));
  }
  return outcomes;
}

/** Runs one case and tells what became of it. */
export async function outcomeOf(id: string, run: () => Promise<number | string>): Promise<Outcome> {
  try {
    const result = await run();
    if (typeof result === 'string') return { id, status: 'skipped', reason: result };
    return { id, status: 'passed', difference: result };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(error);
    return { id, status: 'failed', reason };
  }
}

/** Bounds of a comparison: `|a − b| ≤ atol + rtol · |b|`. */
export interface Bounds {
  readonly rtol: number;
  readonly atol: number;
}

/** Collects comparisons of one case. */
export class Comparer {
  /** Largest difference so far, relative where the expected number exceeds 1. */
  difference = 0;

  /** Compares numbers and throws when one of them is out of bounds. */
  numbers(what: string, actual: ArrayLike<number>, expected: Tensor, bounds: Bounds): void {
    const wanted = numbersOf(expected);
    if (actual.length !== wanted.length) {
      throw new Error(`${what}: ${actual.length} numbers, expected ${wanted.length}`);
    }
    for (let i = 0; i < wanted.length; i++) {
      this.number(`${what}[${i}]`, actual[i] ?? Number.NaN, wanted[i] ?? Number.NaN, bounds);
    }
  }

  /** Compares one number. */
  number(what: string, actual: number, expected: number, { rtol, atol }: Bounds): void {
    if (Object.is(actual, expected) || actual === expected) return;
    const distance = Math.abs(actual - expected);
    if (!(distance <= atol + rtol * Math.abs(expected))) {
      throw new Error(`${what}: ${actual}, expected ${expected}`);
    }
    this.difference = Math.max(this.difference, distance / Math.max(1, Math.abs(expected)));
  }

  /** Compares values that must be the same as JSON. */
  equal(what: string, actual: unknown, expected: unknown): void {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
  }
}

/** The numbers of a dense tensor; int64 becomes floating, halves are widened. */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  if (tensor.dtype === 'int64' || tensor.dtype === 'uint64') {
    return Array.from(tensor.data, Number);
  }
  if (tensor.dtype === 'string') throw new Error('A string tensor has no numbers.');
  return tensor.data;
}

/** Prints the table of a group: first what failed and was skipped, then the counts. */
export function printGroup(group: string, outcomes: readonly Outcome[]): void {
  for (const { id, status, reason } of outcomes) {
    if (status !== 'passed') console.log(`  ${status.padEnd(7)} ${id}: ${reason ?? ''}`);
  }
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  const largest = Math.max(0, ...outcomes.map((outcome) => outcome.difference ?? 0));
  const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  console.log(`${group.padEnd(28)} ${counts}, largest difference ${largest.toExponential(2)}`);
}
