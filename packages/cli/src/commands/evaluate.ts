import type { Command } from 'commander';
import { type CommonOptions, printResult, warnOf, withProgress } from '../context.ts';
import type { CliIo } from '../io.ts';
import type { RuntimeOptions } from '../model/runtime-options.ts';
import { formatNumber } from '../text/format.ts';
import { addRuntime, count } from './common.ts';

interface EvaluateOptions extends CommonOptions, RuntimeOptions {
  readonly x: string;
  readonly y?: string;
  readonly batchSize?: number;
}

/** Adds `km evaluate`. */
export function addEvaluate(program: Command, io: CliIo): void {
  addRuntime(
    program
      .command('evaluate')
      .description('Computes the loss and the metrics that a model was compiled with.')
      .argument('<model>', 'model file or directory')
      .requiredOption('--x <file>', 'inputs: .npz, .npy or JSON, as for km predict')
      .option('--y <file>', 'targets, by the names of the outputs or in their order')
      .option('--batch-size <n>', 'samples that are computed at once (default: 32)', count),
  ).action((model: string, options: EvaluateOptions) => evaluate(model, options, io));
}

async function evaluate(path: string, options: EvaluateOptions, io: CliIo): Promise<void> {
  const { readArrays } = await import('../arrays/read-arrays.ts');
  const { openModel } = await import('../model/open-model.ts');
  const { evaluateArrays } = await import('../model/train.ts');
  const results = await withProgress(io, options, async (read) => {
    const x = await readArrays(options.x, io, read);
    const y = options.y === undefined ? undefined : await readArrays(options.y, io, read);
    const opened = await openModel(path, { ...options, compile: true }, read);
    warnOf(io, options, opened);
    return evaluateArrays(opened.model, { x, y }, options.batchSize, read);
  });
  const figures = Object.entries(results).map(([name, value]) => [name, Number(value)] as const);
  await printResult(io, options, { metrics: Object.fromEntries(figures) }, [
    { facts: figures.map(([name, value]) => [name, formatNumber(value)]) },
  ]);
}
