import type { Command } from 'commander';
import { type CommonOptions, printResult, warnOf, withProgress } from '../context.ts';
import type { CliIo } from '../io.ts';
import type { RuntimeOptions } from '../model/runtime-options.ts';
import type { SaveFormat } from '../model/save-as.ts';
import type { EpochResults } from '../model/train.ts';
import { formatNumber } from '../text/format.ts';
import type { TableSection } from '../text/section.ts';
import { addRuntime, addSaving, count, fraction, integer } from './common.ts';

interface FitOptions extends CommonOptions, RuntimeOptions {
  readonly x: string;
  readonly y?: string;
  readonly epochs: number;
  readonly batchSize?: number;
  readonly shuffle: boolean;
  readonly validationSplit: number;
  readonly seed?: number;
  readonly out: string;
  readonly format?: SaveFormat;
  readonly overwrite: boolean;
  readonly optimizer: boolean;
}

/** Adds `km fit`. */
export function addFit(program: Command, io: CliIo): void {
  const command = program
    .command('fit')
    .description(
      'Continues the training of a compiled model, with the state of its optimizer, and saves the result.',
    )
    .argument('<model>', 'model file or directory')
    .requiredOption('--x <file>', 'inputs: .npz, .npy or JSON, as for km predict')
    .option('--y <file>', 'targets, by the names of the outputs or in their order')
    .requiredOption('--out <path>', 'where to save the trained model; may be <model> itself')
    .option('--epochs <n>', 'times that all samples are seen', count, 1)
    .option('--batch-size <n>', 'samples of one step (default: 32)', count)
    .option('--no-shuffle', 'take the samples in their order')
    .option('--validation-split <part>', 'last part of the samples to validate with', fraction, 0)
    .option('--seed <n>', 'seed of all random numbers, for the same result each time', integer);
  addRuntime(addSaving(command)).action((model: string, options: FitOptions) =>
    fit(model, options, io),
  );
}

async function fit(path: string, options: FitOptions, io: CliIo): Promise<void> {
  const { readArrays } = await import('../arrays/read-arrays.ts');
  const { openModel } = await import('../model/open-model.ts');
  const { checkTarget, saveAs } = await import('../model/save-as.ts');
  const { fitArrays } = await import('../model/train.ts');
  await checkTarget(options.out, options);
  const { history, format } = await withProgress(io, options, async (read) => {
    const x = await readArrays(options.x, io, read);
    const y = options.y === undefined ? undefined : await readArrays(options.y, io, read);
    const opened = await openModel(path, { ...options, compile: true }, read);
    warnOf(io, options, opened);
    const results = await fitArrays(
      opened.model,
      { x, y },
      {
        epochs: options.epochs,
        batchSize: options.batchSize,
        shuffle: options.shuffle,
        validationSplit: options.validationSplit,
        seed: options.seed,
      },
      read,
    );
    return { history: results, format: await saveAs(opened.model, options.out, options, read) };
  });
  const numbers = Object.fromEntries(
    Object.entries(history).map(([name, values]) => [name, values.map(Number)]),
  );
  await printResult(
    io,
    options,
    { epochs: options.epochs, history: numbers, saved: { path: options.out, format } },
    [epochTable(history, options.epochs), { lines: [`Saved to ${options.out} (${format})`] }],
  );
}

function epochTable(history: EpochResults, epochs: number): TableSection {
  const names = Object.keys(history);
  return {
    head: ['epoch', ...names],
    rows: Array.from({ length: epochs }, (_, epoch) => [
      `${epoch + 1}/${epochs}`,
      ...names.map((name) => formatNumber(Number(history[name]?.[epoch]))),
    ]),
    right: names.map((_, i) => i + 1),
  };
}
