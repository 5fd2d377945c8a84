import type { Command } from 'commander';

/** Adds the options that every command has. */
export function addCommon(command: Command): Command {
  return command
    .option('--json', 'print JSON, for programs')
    .option('-q, --quiet', 'show no progress bar and no warnings')
    .option('--debug', 'print where an error was thrown');
}
