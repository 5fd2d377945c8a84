import type { CallbackList, CallbacksArgument } from '../callbacks/callback-list.ts';
import { History } from '../callbacks/history.ts';
import { prepared } from '../engine/saving.ts';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { ClassWeight } from './class-weight.ts';
import { NOT_COMPILED } from './compile-arguments.ts';
import { asCompiled } from './compiled-state.ts';
import { dataSource, type SplitSources, splitSources } from './data-adapter.ts';
import type { DataSource } from './data-source.ts';
import { EpochReader, type EpochSteps, type StepFunction } from './epoch-reader.ts';
import { evaluateSource } from './evaluate.ts';
import { type BatchIterable, IterableSource } from './iterable-source.ts';
import { callbackList, metricResults, tensorCounts, type Verbosity, verbosityOf } from './run.ts';
import type { Trainer } from './trainer.ts';
import type { TrainingStart } from './training-state.ts';
import type { Data, Logs } from './types.ts';

/** Data to validate with: inputs, labels and weights, or what hands over batches. */
export type ValidationData =
  | readonly [x: Data, y?: Data | null, sample_weight?: Data | null]
  | BatchIterable;

/** Arguments of `fit` besides the data, under Keras's names. */
export interface FitOptions {
  readonly batch_size?: number | null;
  readonly epochs?: number;
  readonly verbose?: Verbosity;
  readonly callbacks?: CallbacksArgument;
  /** Part of the samples, the last ones, that is set aside for validation. */
  readonly validation_split?: number;
  readonly validation_data?: ValidationData | null;
  /** Whether samples come in random order, which `utils.set_random_seed` rules; `batch` shuffles batches. */
  readonly shuffle?: boolean | 'batch';
  readonly class_weight?: ClassWeight | null;
  readonly sample_weight?: Data | null;
  /** Number of the first epoch, when a training is continued. */
  readonly initial_epoch?: number;
  readonly steps_per_epoch?: number | null;
  readonly validation_steps?: number | null;
  readonly validation_batch_size?: number | null;
  /** Epochs from one validation to the next, or the epochs, counted from 1, to validate after. */
  readonly validation_freq?: number | readonly number[];
}

const FIT: ArgumentNames<FitOptions> = {
  batch_size: true,
  epochs: true,
  verbose: true,
  callbacks: true,
  validation_split: true,
  validation_data: true,
  shuffle: true,
  class_weight: true,
  sample_weight: true,
  initial_epoch: true,
  steps_per_epoch: true,
  validation_steps: true,
  validation_batch_size: true,
  validation_freq: true,
};

interface Run {
  readonly model: Trainer;
  readonly options: FitOptions;
  readonly reader: EpochReader;
  readonly validation: EpochReader | null;
  readonly callbacks: CallbackList;
  readonly take: StepFunction<Logs>;
}

async function sourcesOf(
  model: Trainer,
  x: Data | BatchIterable,
  y: Data | null,
  options: FitOptions,
): Promise<{ readonly training: DataSource; readonly validation: DataSource | null }> {
  const counts = tensorCounts(model);
  const { batch_size, sample_weight, steps_per_epoch, validation_data = null } = options;
  const shuffle = options.shuffle ?? true;
  const repeats = Math.max((options.epochs ?? 1) - (options.initial_epoch ?? 0), 1);
  const args = { x, y, sample_weight, batch_size, steps: steps_per_epoch, shuffle, repeats };
  const split = options.validation_split ?? 0;
  const validation_batch_size = options.validation_batch_size ?? null;
  if (split > 0 && validation_data === null) {
    const parts: SplitSources = await splitSources(args, counts, split, validation_batch_size);
    return parts;
  }
  const training = await dataSource(args, counts);
  if (validation_data === null) return { training, validation: null };
  const steps = options.validation_steps ?? null;
  const iterable = IterableSource.of(validation_data, counts, steps);
  if (iterable !== null) return { training, validation: iterable };
  const [val_x, val_y = null, val_weight = null] = validation_data as readonly [Data, Data?, Data?];
  const validation = await dataSource(
    {
      x: val_x,
      y: val_y,
      sample_weight: val_weight,
      batch_size: validation_batch_size ?? batch_size ?? null,
      steps,
    },
    counts,
  );
  return { training, validation };
}

/** Trains a model for a number of epochs. */
export async function fit(
  model: Trainer,
  x: Data | BatchIterable,
  y: Data | null,
  options: FitOptions,
): Promise<History> {
  checkKnown('fit', options, FIT);
  if (!model.compiled) throw new TypeError(NOT_COMPILED);
  await prepared();
  return asCompiled(model, async () => {
    const { training, validation } = await sourcesOf(model, x, y, options);
    const at_once = model.steps_per_execution;
    const { steps_per_epoch: steps = null, class_weight = null } = options;
    const reader = new EpochReader(training, { steps, at_once, class_weight });
    const validation_steps = options.validation_steps ?? null;
    const forValidation =
      validation && new EpochReader(validation, { steps: validation_steps, at_once });
    const callbacks = callbackList(model, {
      callbacks: options.callbacks,
      verbose: verbosityOf(options.verbose),
      epochs: options.epochs ?? 1,
      steps: reader.steps,
      add_history: true,
    });
    const take = model.make_train_function();
    return run({ model, options, reader, validation: forValidation, callbacks, take });
  });
}

async function run(training: Run): Promise<History> {
  const { model, options, reader, validation, callbacks } = training;
  const epochs = options.epochs ?? 1;
  model.stop_training = false;
  model._training_state = null;
  model._train_counter = 0;
  const history = callbacks.history ?? new History();
  model.history = history;
  await callbacks.on_train_begin();
  const logs = await runEpochs(training, startOf(training), epochs);
  await reader.close();
  await validation?.close();
  const { optimizer } = model;
  if (optimizer !== null && 'finalize_variable_values' in optimizer && epochs > 0) {
    optimizer.finalize_variable_values(model.trainable_variables);
  }
  await callbacks.on_train_end(logs);
  return history;
}

/** Where to begin: a callback may know of an interrupted training. */
function startOf({ model, options, reader }: Run): TrainingStart {
  const epoch = options.initial_epoch ?? 0;
  return model._training_state?.startOf(epoch, reader.steps) ?? { epoch, step: 0 };
}

async function runEpochs(training: Run, start: TrainingStart, epochs: number): Promise<Logs> {
  const { model, options, reader, validation, callbacks } = training;
  let results: Logs | null = null;
  let logs: Logs = {};
  for (let { epoch } = start; epoch < epochs && !reader.exhausted; epoch += 1) {
    model.reset_metrics();
    await callbacks.on_epoch_begin(epoch);
    const first = epoch === start.epoch ? start.step : 0;
    results = (await trainEpoch(training, first)) ?? results;
    // Data of unknown size have told that the interrupted epoch was at its end.
    if (results === null && first > 0) continue;
    results = metricResults(model, notEmpty(results));
    logs = { ...results };
    if (validation !== null && validates(epoch, options.validation_freq ?? 1)) {
      Object.assign(logs, await validate(model, validation, callbacks));
    }
    await callbacks.on_epoch_end(epoch, logs);
    if (model.stop_training) break;
  }
  return logs;
}

function notEmpty(results: Logs | null): Logs {
  if (results !== null) return results;
  throw new RangeError('There was no batch to train on: the data are empty.');
}

/** Trains one epoch from the step `first` on; null when there was no batch. */
async function trainEpoch(
  { model, reader, callbacks, take }: Run,
  first: number,
): Promise<Logs | null> {
  let logs: Logs | null = null;
  const steps: EpochSteps<Logs> = {
    take,
    begin: (step) => callbacks.on_train_batch_begin(step),
    end(step, results) {
      logs = results;
      return callbacks.on_train_batch_end(step, results);
    },
    stopped: () => model.stop_training,
  };
  await reader.epoch(steps, first);
  return logs;
}

function validates(epoch: number, freq: number | readonly number[]): boolean {
  return typeof freq === 'number' ? (epoch + 1) % freq === 0 : freq.includes(epoch + 1);
}

async function validate(
  model: Trainer,
  reader: EpochReader,
  callbacks: CallbackList,
): Promise<Logs> {
  reader.restart();
  const logs = await evaluateSource(model, reader, callbacks);
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}
