import type { Command } from 'commander';
import { type CommonOptions, printResult, warnOf, withProgress } from '../context.ts';
import type { CliIo } from '../io.ts';
import type { RuntimeOptions } from '../model/runtime-options.ts';
import type { SaveFormat } from '../model/save-as.ts';
import { addRuntime, addSaving } from './common.ts';

interface ConvertOptions extends CommonOptions, RuntimeOptions {
  readonly format?: SaveFormat;
  readonly overwrite: boolean;
  readonly optimizer: boolean;
  readonly compile: boolean;
}

const HELP = `
Formats: h5 (whole model, HDF5), keras (.keras archive), tf (SavedModel), json (architecture),
h5-weights, keras-weights (.weights.h5 of Keras ≥ 2.12), checkpoint (TensorFlow, a prefix).`;

/** Adds `km convert`. */
export function addConvert(program: Command, io: CliIo): void {
  const command = program
    .command('convert')
    .description('Writes a model, or its weights, in another format.')
    .argument('<in>', 'model, or weights with --architecture')
    .argument('<out>', 'file, directory or prefix to write')
    .option('--no-compile', 'leave optimizer, loss and metrics out');
  addRuntime(addSaving(command))
    .addHelpText('after', HELP)
    .action((from: string, to: string, options: ConvertOptions) => convert(from, to, options, io));
}

async function convert(
  from: string,
  to: string,
  options: ConvertOptions,
  io: CliIo,
): Promise<void> {
  const { openModel } = await import('../model/open-model.ts');
  const { checkTarget, saveAs } = await import('../model/save-as.ts');
  await checkTarget(to, options);
  const { opened, format } = await withProgress(io, options, async (read) => {
    const result = await openModel(from, options, read);
    return { opened: result, format: await saveAs(result.model, to, options, read) };
  });
  const { model, report, kind } = opened;
  warnOf(io, options, opened);
  const parameters = model.count_params();
  await printResult(
    io,
    options,
    {
      from: { path: from, format: kind },
      to: { path: to, format },
      parameters,
      tensors: report && {
        matched: report.matched.length,
        missing: report.missing,
        extra: report.extra,
        cast: report.cast.map((cast) => ({ ...cast })),
        notes: report.notes,
      },
    },
    [
      {
        facts: [
          ['from', `${from} (${kind})`],
          ['to', `${to} (${format})`],
          ['parameters', String(parameters)],
          ['tensors read', report && String(report.matched.length)],
        ],
      },
    ],
  );
}
