import type { Command } from 'commander';
import { type CommonOptions, printResult, withProgress } from '../context.ts';
import { EXIT_CODES } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { Section } from '../text/section.ts';
import type { Check } from '../verify/checklist.ts';
import { addCommon } from './common.ts';

/** Adds `km verify`. */
export function addVerify(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  addCommon(
    program
      .command('verify')
      .description(
        'Reads every tensor with its checksums and checks that configuration, weights, objects and files belong together. Exits with 1 when something is wrong.',
      )
      .argument('<path>', 'file, directory, checkpoint prefix, or http(s) URL'),
  ).action(async (path: string, options: CommonOptions) => {
    const { verify } = await import('../verify/verify.ts');
    const { format, checks } = await withProgress(io, options, (read) => verify(path, read));
    const counts = countsOf(checks);
    await printResult(
      io,
      options,
      { path, format, ...counts, checks: checks.map((check) => ({ ...check })) },
      sectionsOf(checks),
    );
    finish(counts.failed === 0 ? EXIT_CODES.ok : EXIT_CODES.failed);
  });
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly warnings: number;
}

function countsOf(checks: readonly Check[]): Counts {
  const count = (status: Check['status']): number =>
    checks.filter((check) => check.status === status).length;
  return { passed: count('passed'), failed: count('failed'), warnings: count('warning') };
}

function sectionsOf(checks: readonly Check[]): Section[] {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const { passed, failed, warnings } = countsOf(checks);
  return [
    {
      head: ['group', 'passed', 'failed', 'warnings'],
      rows: groups.map((group) => {
        const counts = countsOf(checks.filter((check) => check.group === group));
        return [group, String(counts.passed), String(counts.failed), String(counts.warnings)];
      }),
      right: [1, 2, 3],
    },
    {
      head: ['', 'group', 'check', 'what is wrong'],
      rows: checks
        .filter(({ status }) => status !== 'passed')
        .map(({ group, name, status, detail = '' }) => [status, group, name, detail]),
    },
    { lines: [`${passed} passed, ${failed} failed, ${warnings} warnings`] },
  ];
}
