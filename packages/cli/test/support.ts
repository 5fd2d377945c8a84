import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { type CliIo, run } from '../src/index.ts';

// Ample, for machines that have much else to do.
jest.setTimeout(60_000);

/** What a command line printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function km(argv: readonly string[], extra: Partial<CliIo> = {}): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(argv, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    ...extra,
  });
  return { code, out: out.join(''), err: err.join('') };
}

/** Runs a command line with `--json` and parses what it printed. */
export async function kmJson(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await km([...argv, '--json']);
  if (err !== '') throw new Error(`exit code ${code}: ${err}`);
  return JSON.parse(out);
}

/** Runs a test with a folder of its own. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'km-cli-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
