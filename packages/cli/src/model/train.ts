import type { ReadOptions, Tensor } from '@km/core';
import type { Model } from '@km/keras';
import type { Data } from '@km/layers';
import { UsageError } from '../usage-error.ts';
import { bindArrays, checkSamples } from './bind-arrays.ts';
import { inputSlots, outputKeys, outputSlots } from './slots.ts';
import { watchRun } from './watch-run.ts';

/** Arrays to evaluate or to train on. */
export interface Examples {
  readonly x: ReadonlyMap<string, Tensor>;
  readonly y: ReadonlyMap<string, Tensor> | undefined;
}

/** How a model is trained. */
export interface TrainOptions {
  readonly epochs: number;
  readonly batchSize: number | undefined;
  readonly shuffle: boolean;
  readonly validationSplit: number;
  readonly seed: number | undefined;
}

/** Results of each epoch by name. */
export type EpochResults = Readonly<Record<string, readonly unknown[]>>;

/** Computes losses and metrics by name. */
export async function evaluateArrays(
  model: Model,
  examples: Examples,
  batchSize: number | undefined,
  read: ReadOptions,
): Promise<Readonly<Record<string, unknown>>> {
  requireCompiled(model);
  const { x, y } = bindExamples(model, examples);
  return model.evaluate(x, y, {
    batch_size: batchSize ?? null,
    verbose: 0,
    return_dict: true,
    callbacks: [await watchRun(read)],
  });
}

/** Trains a model; resolves to the results of each epoch. */
export async function fitArrays(
  model: Model,
  examples: Examples,
  options: TrainOptions,
  read: ReadOptions,
): Promise<EpochResults> {
  requireCompiled(model);
  const { x, y } = bindExamples(model, examples);
  if (options.seed !== undefined) {
    const { utils } = await import('@km/layers');
    utils.set_random_seed(options.seed);
  }
  const history = await model.fit(x, y, {
    epochs: options.epochs,
    batch_size: options.batchSize ?? null,
    shuffle: options.shuffle,
    validation_split: options.validationSplit,
    verbose: 0,
    callbacks: [await watchRun(read)],
  });
  return history.history;
}

function requireCompiled(model: Model): void {
  if (model.compiled) return;
  throw new UsageError(
    'the model is not compiled: it was saved without optimizer, loss and metrics; compile it in a program and save it again',
  );
}

function bindExamples(
  model: Model,
  { x, y }: Examples,
): { readonly x: Data; readonly y: Data | null } {
  const inputs = bindArrays('input', inputSlots(model), x);
  const outputs = y === undefined ? [] : bindArrays('output', outputSlots(model), y);
  checkSamples([
    ['--x', inputs],
    ['--y', outputs],
  ]);
  const keys = outputKeys(model);
  const labels =
    keys === undefined
      ? structured(outputs)
      : Object.fromEntries(outputs.map((tensor, i) => [keys[i] ?? '', tensor]));
  return { x: structured(inputs), y: y === undefined ? null : labels };
}

/** A model of one tensor takes it alone, others a list. */
function structured(tensors: readonly Tensor[]): Data {
  const [only] = tensors;
  return only !== undefined && tensors.length === 1 ? only : [...tensors];
}
