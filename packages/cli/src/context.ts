import type { ReadOptions } from '@km/core';
import type { CliIo } from './io.ts';
import type { OpenedModel } from './model/open-model.ts';
import { progressBar } from './progress-bar.ts';
import { type PrintableObject, printJson } from './text/print-json.ts';
import { printable } from './text/printable.ts';
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

/** Longest list of names in a warning. */
const MAX_NAMES = 5;

/** State of metrics, which starts anew with every run. */
const METRICS = /^(keras_api\/)?metrics\//;

/** State of optimizers, which a model that is not compiled does not have. */
const OPTIMIZER = /^optimizer\/|\/\.OPTIMIZER_SLOT\//;

/** Warns of what a load left over, cast, or has to say. */
export function warnOf(
  io: CliIo,
  options: CommonOptions,
  { model, report }: Pick<OpenedModel, 'model' | 'report'>,
): void {
  if (options.quiet === true || report === undefined) return;
  const warn = (text: string): unknown => io.stderr.write(`km: warning: ${printable(text)}\n`);
  const { missing, cast } = report;
  const extra = report.extra.filter(
    (name) => !METRICS.test(name) && (model.compiled || !OPTIMIZER.test(name)),
  );
  if (missing.length > 0) warn(`no stored value for ${namesOf(missing)}`);
  if (extra.length > 0) warn(`stored values that the model does not have: ${namesOf(extra)}`);
  if (cast.length > 0) {
    warn(
      `stored in another dtype: ${namesOf(cast.map(({ variable, from, to }) => `${variable} (${from} to ${to})`))}`,
    );
  }
  for (const note of report.notes) warn(note);
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
