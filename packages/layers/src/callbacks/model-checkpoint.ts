import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { formatFileName } from './file-name.ts';
import { type Monitor, type MonitorMode, monitorOf } from './monitor.ts';

/** Where a model is saved: a path, a URL, or a place in a store. */
export type CheckpointFilepath = string | URL | { readonly path: string; readonly store: object };

/** Arguments of `ModelCheckpoint`. */
export interface ModelCheckpointConfig {
  /**
   * Path with optional fields as Python's `str.format` has them: `{epoch:02d}` and `{batch}`, both counted from 1, and
   * the names of results, as `{val_loss:.2f}`.
   */
  readonly filepath: CheckpointFilepath;
  readonly monitor?: string;
  readonly verbose?: number;
  readonly save_best_only?: boolean;
  readonly save_weights_only?: boolean;
  readonly mode?: MonitorMode;
  /** `epoch`, or the number of batches after which to save. */
  readonly save_freq?: 'epoch' | number;
  /** Epochs from one save to the next, when `save_freq` is `epoch`; Keras has deprecated it. */
  readonly period?: number;
  /** Passed on to the function that saves. */
  readonly options?: unknown;
  /** Format to save in, where the path does not say it. */
  readonly save_format?: string;
  /** Value that the first saved model must be better than. */
  readonly initial_value_threshold?: number | null;
}

/** A model that can be saved. */
interface Saveable {
  save(filepath: CheckpointFilepath, options: object): Promise<unknown>;
  save_weights(filepath: CheckpointFilepath, options: object): Promise<unknown>;
}

const ARGUMENTS: ArgumentNames<ModelCheckpointConfig> = {
  filepath: true,
  monitor: true,
  verbose: true,
  save_best_only: true,
  save_weights_only: true,
  mode: true,
  save_freq: true,
  period: true,
  options: true,
  save_format: true,
  initial_value_threshold: true,
};

/** Saves the model, or its weights, after each epoch or every so many batches. */
export class ModelCheckpoint extends Callback {
  readonly filepath: CheckpointFilepath;
  readonly monitor: string;
  readonly verbose: number;
  readonly save_best_only: boolean;
  readonly save_weights_only: boolean;
  readonly save_freq: 'epoch' | number;
  readonly period: number;
  best: number;
  readonly #monitor: Monitor;
  readonly #arguments: object;
  /** Batches since the last save. */
  #batches: number = 0;
  #last: number = -1;
  #epoch: number = 0;
  /** Epochs since the last save. */
  #epochs: number = 0;

  constructor(config: ModelCheckpointConfig) {
    super();
    checkKnown('ModelCheckpoint', config, ARGUMENTS);
    this.filepath = config.filepath;
    this.monitor = config.monitor ?? 'val_loss';
    this.verbose = config.verbose ?? 0;
    this.save_best_only = config.save_best_only ?? false;
    this.save_weights_only = config.save_weights_only ?? false;
    this.save_freq = config.save_freq ?? 'epoch';
    this.period = config.period ?? 1;
    const { options = null, save_format } = config;
    if (options !== null) this.#checkOptions(options);
    this.#arguments = {
      overwrite: true,
      ...(options === null ? {} : { options }),
      ...(save_format === undefined ? {} : { save_format }),
    };
    this.#monitor = monitorOf(
      this.monitor,
      config.mode ?? 'auto',
      (name) => name.includes('acc') || name.startsWith('fmeasure'),
    );
    this.best = config.initial_value_threshold ?? this.#monitor.worst;
    const { save_freq } = this;
    if (save_freq !== 'epoch' && !(Number.isInteger(save_freq) && save_freq > 0)) {
      throw new RangeError(`save_freq is 'epoch' or a number of batches, not ${save_freq}.`);
    }
  }

  #checkOptions(options: unknown): void {
    if (typeof options !== 'object') {
      throw new TypeError(`ModelCheckpoint: options is an object, not ${String(options)}.`);
    }
    if (!this.save_weights_only && shown(this.filepath).endsWith('.keras')) {
      throw new TypeError(
        'ModelCheckpoint: a file .keras has no options. Leave them out, or save as a SavedModel, to a path without .keras.',
      );
    }
  }

  override on_epoch_begin(epoch: number, _logs: Logs): void {
    this.#epoch = epoch;
  }

  override async on_train_batch_end(batch: number, logs: Logs): Promise<void> {
    if (this.save_freq === 'epoch') return;
    // A hook may be called for several batches at once.
    this.#batches += batch <= this.#last ? batch + 1 : batch - this.#last;
    this.#last = batch;
    if (this.#batches < this.save_freq) return;
    this.#batches = 0;
    await this.#save(this.#epoch, batch, logs);
  }

  override async on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    if (this.save_freq !== 'epoch') return;
    this.#epochs += 1;
    if (this.#epochs < this.period) return;
    this.#epochs = 0;
    await this.#save(epoch, null, logs);
  }

  async #save(epoch: number, batch: number | null, logs: Logs): Promise<void> {
    const counters = { epoch: epoch + 1, ...(batch === null ? {} : { batch: batch + 1 }) };
    const path = formatted(this.filepath, counters, logs);
    if (this.save_best_only && !this.#isBest(epoch, path, logs)) return;
    const model: object = this.running_model;
    if (!('save' in model && 'save_weights' in model)) {
      throw new TypeError('ModelCheckpoint needs a model that can be saved: import @km/keras.');
    }
    if (this.verbose > 0 && !this.save_best_only) {
      console.log(`\nEpoch ${epoch + 1}: saving model to ${shown(path)}`);
    }
    const saveable = model as Saveable;
    if (this.save_weights_only) await saveable.save_weights(path, this.#arguments);
    else await saveable.save(path, this.#arguments);
  }

  #isBest(epoch: number, path: CheckpointFilepath, logs: Logs): boolean {
    const current = this.#monitor.valueOf(logs);
    if (current === undefined) return false;
    const { name } = this.#monitor;
    const say = (what: string): void => {
      if (this.verbose > 0) console.log(`\nEpoch ${epoch + 1}: ${name} ${what}`);
    };
    if (!this.#monitor.isBetter(current, this.best)) {
      say(`did not improve from ${fixed(this.best)}`);
      return false;
    }
    const [before, now] = [fixed(this.best), fixed(current)];
    say(`improved from ${before} to ${now}, saving model to ${shown(path)}`);
    this.best = current;
    return true;
  }
}

/** Prints a number with five digits as Python does. */
function fixed(value: number): string {
  if (Number.isFinite(value)) return value.toFixed(5);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function formatted(
  filepath: CheckpointFilepath,
  counters: Readonly<Record<string, number>>,
  logs: Logs,
): CheckpointFilepath {
  const fill = (text: string): string => formatFileName(text, counters, logs);
  if (typeof filepath === 'string') return fill(filepath);
  if (!(filepath instanceof URL)) return { ...filepath, path: fill(filepath.path) };
  const url = new URL(filepath);
  url.pathname = fill(decodeURIComponent(filepath.pathname));
  return url;
}

function shown(filepath: CheckpointFilepath): string {
  return typeof filepath === 'string' || filepath instanceof URL ? String(filepath) : filepath.path;
}
