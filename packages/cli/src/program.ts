import { Command } from 'commander';
import { addConvert } from './commands/convert.ts';
import { addDiff } from './commands/diff.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addFit } from './commands/fit.ts';
import { addInspect } from './commands/inspect.ts';
import { addPredict } from './commands/predict.ts';
import { addVerify } from './commands/verify.ts';
import { EXIT_CODES } from './exit-code.ts';
import type { CliIo } from './io.ts';
import { VERSION } from './version.ts';

/** A command line that has been understood, and the exit code once it has run. */
export interface Program {
  readonly command: Command;
  /** Exit code of the command that ran. */
  readonly exitCode: () => number;
}

/** Adds a command to the program; its action resolves to the exit code. */
export type AddCommand = (program: Command, io: CliIo, finish: (exitCode: number) => void) => void;

const COMMANDS: readonly AddCommand[] = [
  addInspect,
  addVerify,
  addDiff,
  addPredict,
  addConvert,
  addEvaluate,
  addFit,
];

const FOOTER = `
Exit codes: 0 ok · 1 failed, or verify or diff found something · 2 usage · 3 not found ·
4 damaged file · 5 not supported · 6 disk or network · 130 interrupted`;

/** Makes the command line program. */
export function makeProgram(io: CliIo): Program {
  let code: number = EXIT_CODES.ok;
  const command = new Command('km');
  command
    .description(
      'Looks into, checks, compares, converts, runs and trains Keras models and TensorFlow checkpoints.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', FOOTER)
    .showHelpAfterError('(km help shows the commands, km help COMMAND the options of one)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      outputError: (text, write) => write(`km: usage: ${text.replace(/^error: /, '')}`),
    });
  for (const add of COMMANDS) {
    add(command, io, (exitCode) => {
      code = exitCode;
    });
  }
  return { command, exitCode: () => code };
}
