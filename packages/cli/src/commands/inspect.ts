import type { Command } from 'commander';
import { type CommonOptions, printResult } from '../context.ts';
import type { CliIo } from '../io.ts';
import { addCommon } from './common.ts';

/** Adds `km inspect`. */
export function addInspect(program: Command, io: CliIo): void {
  addCommon(
    program
      .command('inspect')
      .description(
        'Shows what a file or directory holds: HDF5 models and weights, .keras archives, checkpoints, SavedModels, architecture JSON, NumPy arrays.',
      )
      .argument('<path>', 'file, directory, checkpoint prefix, or http(s) URL')
      .option('--tensors', 'list every tensor'),
  ).action(async (path: string, options: CommonOptions & { readonly tensors?: true }) => {
    const { inspect } = await import('../inspect/inspect.ts');
    const { json, sections } = await inspect(path, {
      signal: io.signal,
      tensors: options.tensors === true,
    });
    await printResult(io, options, json, sections);
  });
}
