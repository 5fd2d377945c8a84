import type * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/types.ts';
import { type ClassWeight, weighClasses } from './class-weight.ts';
import { dataSource } from './data-adapter.ts';
import type { OwnedBatch } from './data-source.ts';
import { flattenLogs } from './evaluate.ts';
import { predictBatch } from './predict.ts';
import { runResults, tensorCounts } from './run.ts';
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

async function onlyBatch(
  model: Trainer,
  x: Data,
  y: Data | null,
  sample_weight: Data | null,
): Promise<OwnedBatch> {
  const source = await dataSource({ x, y, sample_weight, steps: 1 }, tensorCounts(model));
  const { value } = await source.batches().next();
  return value as OwnedBatch;
}

function resultsOf(logs: Logs, options: OnBatchOptions): Logs | number | number[] {
  return options.return_dict === true ? logs : flattenLogs(logs);
}

/** Trains a model on one batch. */
export async function trainOnBatch(
  model: Trainer,
  x: Data,
  y: Data | null,
  options: OnBatchOptions & { readonly class_weight?: ClassWeight | null },
): Promise<Logs | number | number[]> {
  const batch = await onlyBatch(model, x, y, options.sample_weight ?? null);
  const class_weight = options.class_weight ?? null;
  try {
    if (options.reset_metrics !== false) model.reset_metrics();
    model._train_counter += 1;
    const logs = runResults(batch.tensors, (data) =>
      model.train_step(class_weight === null ? data : weighClasses(data, class_weight)),
    );
    return resultsOf(logs, options);
  } finally {
    batch.dispose();
  }
}

/** Evaluates a model on one batch. */
export async function testOnBatch(
  model: Trainer,
  x: Data,
  y: Data | null,
  options: OnBatchOptions,
): Promise<Logs | number | number[]> {
  const batch = await onlyBatch(model, x, y, options.sample_weight ?? null);
  try {
    if (options.reset_metrics !== false) model.reset_metrics();
    return resultsOf(
      runResults(batch.tensors, (data) => model.test_step(data)),
      options,
    );
  } finally {
    batch.dispose();
  }
}

/** Computes the outputs of a model on one batch. */
export async function predictOnBatch(model: Trainer, x: Data): Promise<Tensors | tf.Tensor> {
  return predictBatch(model, await onlyBatch(model, x, null, null));
}
