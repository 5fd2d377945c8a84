import * as tf from '@tensorflow/tfjs-core';
import { CallbackList, type CallbacksArgument } from '../callbacks/callback-list.ts';
import type { NestedNumbers } from '../engine/variable-values.ts';
import { with_logits } from '../losses/logits.ts';
import { scoped } from '../metrics/scoped.ts';
import type { TensorCounts } from './iterable-source.ts';
import type { Trainer } from './trainer.ts';
import type { Batch, Logs, StepResults } from './types.ts';

/** How much of a run is shown: nothing, a progress bar, a line per epoch; `auto` is 1. */
export type Verbosity = 'auto' | 0 | 1 | 2;

/** The number that a verbosity stands for. */
export function verbosityOf(verbose: Verbosity | undefined): number {
  return verbose === undefined || verbose === 'auto' ? 1 : verbose;
}

/** Numbers of inputs and outputs of a model; a subclassed one does not say. */
export function tensorCounts(model: Trainer): TensorCounts {
  return { inputs: model.inputs.length || 1, outputs: model.outputs.length || 1 };
}

/** How the list of callbacks of a run is made. */
export interface RunOptions {
  readonly callbacks: CallbacksArgument;
  readonly verbose: number;
  readonly epochs: number;
  readonly steps: number | null;
  readonly add_history?: boolean;
}

/** Makes the list of callbacks of a run; a list that is ready is used as it is. */
export function callbackList(model: Trainer, options: RunOptions): CallbackList {
  const { callbacks = null, verbose, epochs, steps } = options;
  if (callbacks instanceof CallbackList) return callbacks;
  return new CallbackList(callbacks, {
    add_history: options.add_history ?? false,
    add_progbar: verbose !== 0,
    model,
    params: { verbose, epochs, steps },
  });
}

const YIELD_AFTER_MS = 50;

/** When other work last had its turn, in all runs together: they share one thread. */
let lastTurn = 0;

/** Lets other work run now and then: steps are computed synchronously, and a page should stay alive. */
export async function breathe(): Promise<void> {
  if (Date.now() - lastTurn < YIELD_AFTER_MS) return;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 0);
  });
  lastTurn = Date.now();
}

/** Runs a step on a batch and frees all tensors that it made. */
export function runStep<T>(batch: Batch, step: (batch: Batch) => T): T {
  return scoped(() => with_logits(() => step(batch)));
}

/** Runs a step that gives results, and reads those that are tensors. */
export function runResults(batch: Batch, step: (batch: Batch) => StepResults): Logs {
  return runStep(batch, (data) => {
    const results = Object.entries(step(data));
    return Object.fromEntries(
      results.map(([name, value]) => [
        name,
        value instanceof tf.Tensor ? (value.arraySync() as NestedNumbers) : value,
      ]),
    );
  });
}

/** The results of the metrics, when these are what a step gives; else what the last step gave. */
export function metricResults(model: Trainer, logs: Logs): Logs {
  const results = model.get_metrics_result();
  const names = Object.keys(results);
  const same =
    names.length === Object.keys(logs).length && names.every((name) => Object.hasOwn(logs, name));
  return same ? results : logs;
}
