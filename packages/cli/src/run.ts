import { EXIT_CODES, exitCodeOf } from './exit-code.ts';
import type { CliIo } from './io.ts';
import { printError } from './print-error.ts';

/**
 * Runs a command line, without the name of the program, and resolves to its exit code; nothing is thrown.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<number> {
  const { CommanderError } = await import('commander');
  const { makeProgram } = await import('./program.ts');
  const program = makeProgram(io);
  try {
    await program.command.parseAsync(argv, { from: 'user' });
    return program.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    }
    if (io.signal?.aborted) {
      io.stderr.write('km: interrupted\n');
      return EXIT_CODES.interrupted;
    }
    printError(error, io.stderr, argv.includes('--debug'));
    return exitCodeOf(error);
  }
}
