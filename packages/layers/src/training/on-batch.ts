import type * as tf from '@tensorflow/tfjs-core';
import { prepared } from '../engine/saving.ts';
import type { Tensors } from '../engine/types.ts';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { ClassWeight } from './class-weight.ts';
import { asCompiled } from './compiled-state.ts';
import { dataSource } from './data-adapter.ts';
import { EpochReader, type StepFunction } from './epoch-reader.ts';
import { flattenLogs } from './evaluate.ts';
import { tensorCounts } from './run.ts';
import type { Trainer } from './trainer.ts';
import type { Data, Logs } from './types.ts';

/** Arguments of `train_on_batch` and `test_on_batch` besides the data, under Keras's names. */
export interface OnBatchOptions {
  readonly sample_weight?: Data | null;
  /** Whether results are those of this batch alone; false adds them to those of the batches before. */
  readonly reset_metrics?: boolean;
  /** Whether results come by name. */
  readonly return_dict?: boolean;
}

const TEST: ArgumentNames<OnBatchOptions> = {
  sample_weight: true,
  reset_metrics: true,
  return_dict: true,
};

interface OnlyBatch {
  readonly x: Data;
  readonly y?: Data | null;
  readonly sample_weight?: Data | null;
  readonly class_weight?: ClassWeight | null;
}

async function onlyBatch(
  model: Trainer,
  { x, y = null, sample_weight = null, class_weight = null }: OnlyBatch,
): Promise<EpochReader> {
  await prepared();
  const source = await dataSource({ x, y, sample_weight, steps: 1 }, tensorCounts(model));
  return new EpochReader(source, { steps: 1, class_weight });
}

/** Takes the one step that there is. */
async function taken<R>(reader: EpochReader, take: StepFunction<R>): Promise<R> {
  const results: R[] = [];
  const nothing = async (): Promise<void> => undefined;
  const end = async (_step: number, result: R): Promise<void> => void results.push(result);
  await reader.epoch<R>({ take, begin: nothing, end });
  return results[0] as R;
}

function resultsOf(model: Trainer, logs: Logs, options: OnBatchOptions): Logs | number | number[] {
  return options.return_dict === true ? logs : flattenLogs(model, logs);
}

/** Trains a model on one batch. */
export async function trainOnBatch(
  model: Trainer,
  x: Data,
  y: Data | null,
  options: OnBatchOptions & { readonly class_weight?: ClassWeight | null },
): Promise<Logs | number | number[]> {
  checkKnown('train_on_batch', options, { ...TEST, class_weight: true });
  return asCompiled(model, async () => {
    const reader = await onlyBatch(model, { ...options, x, y });
    if (options.reset_metrics !== false) model.reset_metrics();
    const logs = await taken(reader, model.make_train_function());
    return resultsOf(model, logs, options);
  });
}

/** Evaluates a model on one batch. */
export async function testOnBatch(
  model: Trainer,
  x: Data,
  y: Data | null,
  options: OnBatchOptions,
): Promise<Logs | number | number[]> {
  checkKnown('test_on_batch', options, TEST);
  const reader = await onlyBatch(model, { ...options, x, y });
  if (options.reset_metrics !== false) model.reset_metrics();
  return resultsOf(model, await taken(reader, model.make_test_function()), options);
}

/** Computes the outputs of a model on one batch. */
export async function predictOnBatch(model: Trainer, x: Data): Promise<Tensors | tf.Tensor> {
  return taken(await onlyBatch(model, { x }), model.make_predict_function());
}
