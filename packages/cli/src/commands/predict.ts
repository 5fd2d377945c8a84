import type { ReadOptions, Tensor } from '@km/core';
import type { Command } from 'commander';
import { type CommonOptions, printResult, warnOf, withProgress } from '../context.ts';
import type { CliIo } from '../io.ts';
import type { RuntimeOptions } from '../model/runtime-options.ts';
import { formatShape } from '../text/format.ts';
import { UsageError } from '../usage-error.ts';
import { addRuntime, count } from './common.ts';

interface PredictOptions extends CommonOptions, RuntimeOptions {
  readonly inputs: string;
  readonly output?: string;
  readonly signature?: string;
  readonly tags?: string;
  readonly batchSize?: number;
}

const HELP = `
Inputs are .npz, .npy or JSON, told apart by content; - reads standard input. Arrays have the
names of the model's inputs, or any other names in the order of the inputs. JSON is one of
  [[…], …]                                 the array of a model with one input
  {"a": [[…], …], "b": …}                  arrays by name, also as {"inputs": {…}}
  {"instances": [{"a": […], "b": …}, …]}   one row per sample
  {"dtype": "int32", "shape": […], "data": […]}   an array with its type, wherever one may stand
With --signature, arrays and outputs have the names that the function of the SavedModel gives
them; it is called once with all samples.
Outputs are written under the names of the model's outputs to .npz, .npy or .json; without
--output they are printed, in full with --json.`;

/** Adds `km predict`. */
export function addPredict(program: Command, io: CliIo): void {
  addRuntime(
    program
      .command('predict')
      .description('Computes the outputs of a model.')
      .argument('<model>', 'model file or directory')
      .requiredOption('--inputs <file>', 'arrays to predict from')
      .option('--output <file>', 'where to write the outputs')
      .option('--signature <name>', 'function of a SavedModel to call instead of the model')
      .option('--tags <list>', 'graph of the SavedModel to look for the signature in: its tags')
      .option('--batch-size <n>', 'samples that are computed at once (default: 32)', count),
  )
    .addHelpText('after', HELP)
    .action((model: string, options: PredictOptions) => predict(model, options, io));
}

async function predict(path: string, options: PredictOptions, io: CliIo): Promise<void> {
  const { output } = options;
  const { checkArrayPath, arraysToJson, writeArrays } = await import('../arrays/write-arrays.ts');
  const { readArrays } = await import('../arrays/read-arrays.ts');
  if (output !== undefined) checkArrayPath(output);
  const outputs = await withProgress(io, options, async (read) => {
    const arrays = await readArrays(options.inputs, io, read);
    const results = await outputsOf(path, arrays, options, io, read);
    if (output !== undefined) await writeArrays(output, results, read);
    return results;
  });
  const facts = Array.from(outputs, ([name, { dtype, shape }]) => ({ name, dtype, shape }));
  if (output !== undefined) {
    return printResult(io, options, { output, outputs: facts }, [
      {
        title: `Written to ${output}`,
        head: ['output', 'dtype', 'shape'],
        rows: facts.map(({ name, dtype, shape }) => [name, dtype, formatShape(shape)]),
      },
    ]);
  }
  const { previewTensor } = await import('../arrays/preview.ts');
  return printResult(
    io,
    options,
    { outputs: arraysToJson(outputs) },
    Array.from(outputs, ([name, tensor]) => ({
      title: `${name}  ${tensor.dtype} ${formatShape(tensor.shape)}`,
      lines: previewTensor(tensor),
    })),
  );
}

async function outputsOf(
  path: string,
  arrays: ReadonlyMap<string, Tensor>,
  options: PredictOptions,
  io: CliIo,
  read: ReadOptions,
): Promise<ReadonlyMap<string, Tensor>> {
  const { signature, tags, batchSize } = options;
  if (tags !== undefined && signature === undefined) {
    throw new UsageError('--tags goes with --signature, which names the function to call');
  }
  if (signature !== undefined) {
    const { predictSignature } = await import('../model/predict-signature.ts');
    return predictSignature(path, signature, arrays, options, read);
  }
  const { openModel } = await import('../model/open-model.ts');
  const { predictArrays } = await import('../model/predict.ts');
  const opened = await openModel(path, { ...options, compile: false }, read);
  warnOf(io, options, opened);
  return predictArrays(opened.model, arrays, batchSize, read);
}
