import type { Command } from 'commander';
import { type CommonOptions, printResult } from '../context.ts';
import type { CliIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { addCommon } from './common.ts';

interface InspectCommandOptions extends CommonOptions {
  readonly tensors?: true;
  readonly all?: true;
}

/** Adds `km inspect`. */
export function addInspect(program: Command, io: CliIo): void {
  addCommon(
    program
      .command('inspect')
      .description(
        'Shows what a file or directory holds: HDF5 models and weights, .keras archives, checkpoints, SavedModels, architecture JSON, NumPy arrays.',
      )
      .argument('<path>', 'file, directory, checkpoint prefix, or http(s) URL')
      .option('--tensors', 'list every tensor')
      .option('--all', 'print a SavedModel as saved_model_cli show --all of TensorFlow does'),
  ).action(async (path: string, options: InspectCommandOptions) => {
    if (options.all) return printAll(path, options, io);
    const { inspect } = await import('../inspect/inspect.ts');
    const { json, sections } = await inspect(path, {
      signal: io.signal,
      tensors: options.tensors === true,
    });
    await printResult(io, options, json, sections);
  });
}

async function printAll(path: string, options: InspectCommandOptions, io: CliIo): Promise<void> {
  if (options.json) throw new UsageError('--all prints text: leave --json away');
  const { detect } = await import('../place/detect.ts');
  const { placeOf } = await import('../place/place.ts');
  const { showAll } = await import('../inspect/show-all.ts');
  const found = await detect(await placeOf(path), { signal: io.signal });
  if (found.kind !== 'saved-model') {
    throw new UsageError(`--all shows SavedModels, and ${path} is none: leave --all away`);
  }
  io.stdout.write(await showAll(found, io.signal));
}
