import * as tf from '@tensorflow/tfjs-core';
import type { CallbacksArgument } from '../callbacks/callback-list.ts';
import { flatten, packAs } from '../engine/nest.ts';
import { valuesIn } from '../engine/rows.ts';
import { prepared } from '../engine/saving.ts';
import type { Nested, Tensors } from '../engine/types.ts';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import { concat } from '../ragged/join.ts';
import type { RaggedValues } from '../ragged/ragged-tensor.ts';
import { dataSource } from './data-adapter.ts';
import { EpochReader } from './epoch-reader.ts';
import type { BatchIterable } from './iterable-source.ts';
import { callbackList, tensorCounts, type Verbosity, verbosityOf } from './run.ts';
import type { Trainer } from './trainer.ts';
import type { Batch, Data } from './types.ts';

/** Arguments of `predict` besides the inputs, under Keras's names. */
export interface PredictOptions {
  readonly batch_size?: number | null;
  readonly verbose?: Verbosity;
  readonly steps?: number | null;
  readonly callbacks?: CallbacksArgument;
}

const PREDICT: ArgumentNames<PredictOptions> = {
  batch_size: true,
  verbose: true,
  steps: true,
  callbacks: true,
};

/** Computes the outputs of a model on data, in the structure of the model's outputs. */
export async function predict(
  model: Trainer,
  x: Data | BatchIterable,
  options: PredictOptions,
): Promise<Tensors> {
  checkKnown('predict', options, PREDICT);
  const { batch_size, steps } = options;
  await prepared();
  const source = await dataSource({ x, batch_size, steps }, tensorCounts(model));
  const reader = new EpochReader(source, {
    steps: steps ?? null,
    at_once: model.steps_per_execution,
  });
  const callbacks = callbackList(model, {
    callbacks: options.callbacks,
    verbose: verbosityOf(options.verbose),
    epochs: 1,
    steps: reader.steps,
  });
  const batches: Tensors[] = [];
  await callbacks.on_predict_begin();
  await reader.epoch<Tensors>({
    take: model.make_predict_function(),
    begin: (step) => callbacks.on_predict_batch_begin(step),
    end(step, outputs) {
      batches.push(outputs);
      return callbacks.on_predict_batch_end(step, { outputs });
    },
  });
  await reader.close();
  if (batches.length === 0) {
    throw new RangeError('Expected at least one batch: there were no data to predict.');
  }
  await callbacks.on_predict_end();
  return joined(batches);
}

/** Computes the outputs of one batch, which the caller frees. */
export function predictBatch(model: Trainer, batch: Batch): Tensors {
  const outputs: Tensors[] = [];
  tf.tidy(() => {
    const result = model.predict_step(batch);
    outputs.push(result);
    return valuesIn(result);
  });
  return outputs[0] as Tensors;
}

/** Joins the outputs of one batch or several along the axis of samples, and frees them. */
export function joined(batches: readonly Tensors[]): Tensors {
  const [first] = batches as [Tensors];
  if (batches.length === 1) return first;
  const flat = batches.map((batch) => flatten<RaggedValues>(batch));
  const leaves = flatten<RaggedValues>(first).map((_, i) => {
    const parts = flat.map((tensors) => tensors[i] as RaggedValues);
    const whole = concat(parts, 0);
    for (const part of parts) part.dispose();
    return whole;
  });
  return packAs<RaggedValues, RaggedValues>(first as Nested<RaggedValues>, leaves) as Tensors;
}
