import type { CallbackList, CallbacksArgument } from '../callbacks/callback-list.ts';
import { prepared } from '../engine/saving.ts';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import { dataSource } from './data-adapter.ts';
import { EpochReader } from './epoch-reader.ts';
import type { BatchIterable } from './iterable-source.ts';
import { callbackList, metricResults, tensorCounts, type Verbosity, verbosityOf } from './run.ts';
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

const EVALUATE: ArgumentNames<EvaluateOptions> = {
  batch_size: true,
  verbose: true,
  sample_weight: true,
  steps: true,
  callbacks: true,
  return_dict: true,
};

/** Computes the losses and metrics of a model on data. */
export async function evaluate(
  model: Trainer,
  x: Data | BatchIterable,
  y: Data | null,
  options: EvaluateOptions,
): Promise<Logs | number | number[]> {
  checkKnown('evaluate', options, EVALUATE);
  const { sample_weight, batch_size, steps } = options;
  await prepared();
  const source = await dataSource({ x, y, sample_weight, batch_size, steps }, tensorCounts(model));
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
  const logs = await evaluateSource(model, reader, callbacks);
  await reader.close();
  return options.return_dict === true ? logs : flattenLogs(model, logs);
}

/** Evaluates the batches of a source. */
export async function evaluateSource(
  model: Trainer,
  reader: EpochReader,
  callbacks: CallbackList,
): Promise<Logs> {
  await callbacks.on_test_begin();
  model.reset_metrics();
  let logs: Logs | null = null;
  await reader.epoch<Logs>({
    take: model.make_test_function(),
    begin: (step) => callbacks.on_test_batch_begin(step),
    end(step, results) {
      logs = results;
      return callbacks.on_test_batch_end(step, results);
    },
  });
  if (logs === null) throw new RangeError('There was no batch to evaluate: the data are empty.');
  const results = metricResults(model, logs);
  await callbacks.on_test_end(results);
  return results;
}

/** The results in the order of the metrics, then others by name; one alone stands by itself. */
export function flattenLogs(model: Trainer, logs: Logs): number | number[] {
  const names = model.metrics_names;
  const known = names.filter((name) => Object.hasOwn(logs, name));
  const others = Object.keys(logs).filter((name) => !names.includes(name));
  const values = [...known, ...others.sort()].map((name) => logs[name] as number);
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
