import type { Outcome } from './golden-report.ts';
import { runPython } from './oracle-kit.ts';

/** One line that a script prints: differences by what was compared. */
interface Line {
  readonly id: string;
  readonly error?: string;
  readonly skipped?: string;
  readonly differences?: Readonly<Record<string, number>>;
}

function judge({ id, error, skipped, differences = {} }: Line, tolerance: number): Outcome {
  if (error !== undefined) return { id, status: 'failed', reason: error };
  if (skipped !== undefined) return { id, status: 'skipped', reason: skipped };
  const far = Object.entries(differences).filter(([, by]) => !(by <= tolerance));
  const difference = Math.max(...Object.values(differences));
  if (far.length === 0) return { id, status: 'passed', difference };
  return { id, status: 'failed', reason: far.map(([what, by]) => `${what}: ${by}`).join('; ') };
}

/** Runs a script that compares the files of a folder, and judges what it prints; a failure of the script is one of `what`. */
export async function comparedByPython(
  python: string,
  [script, folder]: readonly [script: string, folder: string],
  what: string,
  tolerance: number,
): Promise<Outcome[]> {
  const { output, errors, status } = await runPython(python, [script, folder]);
  if (process.env.KM_CHECK_STACKS !== undefined) console.error(errors);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const outcomes = lines.map((line) => judge(JSON.parse(line), tolerance));
  if (status === 0 && lines.length > 0) return outcomes;
  const reason = `Python ended with ${String(status)}: ${errors.slice(-500)}`;
  return [...outcomes, { id: what, status: 'failed', reason }];
}
