import type { ReadOptions } from '@km/core';
import type { CliIo } from './io.ts';
import { progressBar } from './progress-bar.ts';
import { type PrintableObject, printJson } from './text/print-json.ts';
import { printSections, type Section } from './text/section.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly debug?: true;
}

/** Prints a result: as JSON for programs, or as sections for people. */
export async function printResult(
  io: CliIo,
  options: CommonOptions,
  json: PrintableObject,
  sections: readonly Section[],
): Promise<void> {
  io.stdout.write(options.json ? `${printJson(json)}\n` : await printSections(sections));
}

/** Runs long work with a progress bar on the terminal. */
export async function withProgress<Result>(
  io: CliIo,
  options: CommonOptions,
  work: (read: ReadOptions) => Promise<Result>,
): Promise<Result> {
  const bar = await progressBar(io.stderr, options.quiet === true);
  try {
    return await work({ signal: io.signal, onProgress: bar.onProgress });
  } finally {
    bar.stop();
  }
}
