import type { CallbackList, CallbacksArgument } from '../callbacks/callback-list.ts';
import { dataSource } from './data-adapter.ts';
import type { BatchIterable } from './iterable-source.ts';
import {
  breathe,
  callbackList,
  EpochReader,
  runResults,
  tensorCounts,
  type Verbosity,
  verbosityOf,
} from './run.ts';
import type { Trainer } from './trainer.ts';
import type { Data, Logs } from './types.ts';

/** Arguments of `evaluate` besides the data, under Keras's names. */
export interface EvaluateOptions {
  readonly batch_size?: number | null;
  readonly verbose?: Verbosity;
  readonly sample_weight?: Data | null;
  readonly steps?: number | null;
  readonly callbacks?: CallbacksArgument;
  /** Whether results come by name. */
  readonly return_dict?: boolean;
}

/** Computes the losses and metrics of a model on data. */
export async function evaluate(
  model: Trainer,
  x: Data | BatchIterable,
  y: Data | null,
  options: EvaluateOptions,
): Promise<Logs | number | number[]> {
  const { sample_weight, batch_size, steps } = options;
  const source = await dataSource({ x, y, sample_weight, batch_size, steps }, tensorCounts(model));
  const reader = new EpochReader(source, steps ?? null);
  const callbacks = callbackList(model, {
    callbacks: options.callbacks,
    verbose: verbosityOf(options.verbose),
    epochs: 1,
    steps: reader.steps,
  });
  const logs = await evaluateSource(model, reader, callbacks);
  await reader.close();
  return options.return_dict === true ? logs : flattenLogs(logs);
}

/** Evaluates the batches of a source. */
export async function evaluateSource(
  model: Trainer,
  reader: EpochReader,
  callbacks: CallbackList,
): Promise<Logs> {
  await callbacks.on_test_begin();
  model.reset_metrics();
  let logs: Logs = {};
  let step = 0;
  for await (const batch of reader.epoch()) {
    await callbacks.on_test_batch_begin(step);
    try {
      logs = runResults(batch.tensors, (data) => model.test_step(data));
    } finally {
      batch.dispose();
    }
    await callbacks.on_test_batch_end(step, logs);
    step += 1;
    await breathe();
  }
  await callbacks.on_test_end(logs);
  return logs;
}

/** The results in the order of the metrics; the loss alone stands by itself. */
export function flattenLogs(logs: Logs): number | number[] {
  const values = Object.values(logs) as number[];
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
