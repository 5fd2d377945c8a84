import * as tf from '@tensorflow/tfjs-core';
import type { CallbacksArgument } from '../callbacks/callback-list.ts';
import { flatten, packAs } from '../engine/nest.ts';
import type { Nested, Tensors } from '../engine/types.ts';
import { dataSource } from './data-adapter.ts';
import type { OwnedBatch } from './data-source.ts';
import type { BatchIterable } from './iterable-source.ts';
import {
  breathe,
  callbackList,
  EpochReader,
  tensorCounts,
  type Verbosity,
  verbosityOf,
} from './run.ts';
import type { Trainer } from './trainer.ts';
import type { Data } from './types.ts';

/** Arguments of `predict` besides the inputs, under Keras's names. */
export interface PredictOptions {
  readonly batch_size?: number | null;
  readonly verbose?: Verbosity;
  readonly steps?: number | null;
  readonly callbacks?: CallbacksArgument;
}

/** Computes the outputs of a model on data, in the structure of the model's outputs. */
export async function predict(
  model: Trainer,
  x: Data | BatchIterable,
  options: PredictOptions,
): Promise<Tensors> {
  const { batch_size, steps } = options;
  const source = await dataSource({ x, batch_size, steps }, tensorCounts(model));
  const reader = new EpochReader(source, steps ?? null);
  const callbacks = callbackList(model, {
    callbacks: options.callbacks,
    verbose: verbosityOf(options.verbose),
    epochs: 1,
    steps: reader.steps,
  });
  const outputs: Tensors[] = [];
  await callbacks.on_predict_begin();
  for await (const batch of reader.epoch()) {
    const step = outputs.length;
    await callbacks.on_predict_batch_begin(step);
    outputs.push(predictBatch(model, batch));
    await callbacks.on_predict_batch_end(step, {});
    await breathe();
  }
  await reader.close();
  await callbacks.on_predict_end();
  return joined(outputs);
}

/** Computes the outputs of one batch, which the caller frees. */
export function predictBatch(model: Trainer, batch: OwnedBatch): Tensors {
  try {
    const outputs: Tensors[] = [];
    tf.tidy(() => {
      const result = model.predict_step(batch.tensors);
      outputs.push(result);
      return flatten<tf.Tensor>(result);
    });
    return outputs[0] as Tensors;
  } finally {
    batch.dispose();
  }
}

/** Joins the outputs of batches along the axis of samples. */
function joined(batches: readonly Tensors[]): Tensors {
  const [first] = batches;
  if (first === undefined) {
    throw new RangeError('Expected at least one batch: there were no data to predict.');
  }
  if (batches.length === 1) return first;
  const flat = batches.map((batch) => flatten<tf.Tensor>(batch));
  const leaves = flatten<tf.Tensor>(first).map((_, i) => {
    const parts = flat.map((tensors) => tensors[i] as tf.Tensor);
    const whole = tf.concat(parts);
    tf.dispose(parts);
    return whole;
  });
  return packAs<tf.Tensor, tf.Tensor>(first as Nested<tf.Tensor>, leaves) as Tensors;
}
