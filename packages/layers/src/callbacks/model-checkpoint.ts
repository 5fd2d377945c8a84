import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { formatFileName } from './file-name.ts';
import { type Monitor, type MonitorMode, monitorOf } from './monitor.ts';

/** Arguments of `ModelCheckpoint`. */
export interface ModelCheckpointConfig {
  /** Path with optional fields: `{epoch:02d}` and the names of results, as `{val_loss:.2f}`. */
  readonly filepath: string;
  readonly monitor?: string;
  readonly verbose?: number;
  readonly save_best_only?: boolean;
  readonly save_weights_only?: boolean;
  readonly mode?: MonitorMode;
  /** `epoch`, or the number of batches after which to save. */
  readonly save_freq?: 'epoch' | number;
  /** Passed on to the function that saves. */
  readonly options?: unknown;
  /** Value that the first saved model must be better than. */
  readonly initial_value_threshold?: number | null;
}

/** A model that can be saved. */
interface Saveable {
  save(filepath: string, options: object): Promise<unknown>;
  save_weights(filepath: string, options: object): Promise<unknown>;
}

/** Saves the model, or its weights, after each epoch or every so many batches. */
export class ModelCheckpoint extends Callback {
  readonly filepath: string;
  readonly verbose: number;
  readonly save_best_only: boolean;
  readonly save_weights_only: boolean;
  readonly save_freq: 'epoch' | number;
  best: number;
  readonly #monitor: Monitor;
  readonly #options: unknown;
  #batches: number = 0;
  #epoch: number = 0;

  constructor(config: ModelCheckpointConfig) {
    super();
    this.filepath = config.filepath;
    this.verbose = config.verbose ?? 0;
    this.save_best_only = config.save_best_only ?? false;
    this.save_weights_only = config.save_weights_only ?? false;
    this.save_freq = config.save_freq ?? 'epoch';
    this.#options = config.options ?? null;
    this.#monitor = monitorOf(
      config.monitor ?? 'val_loss',
      config.mode ?? 'auto',
      (name) => name.includes('acc') || name.startsWith('fmeasure'),
    );
    this.best = config.initial_value_threshold ?? this.#monitor.worst;
    const { save_freq } = this;
    if (save_freq !== 'epoch' && !(Number.isInteger(save_freq) && save_freq > 0)) {
      throw new RangeError(`save_freq is 'epoch' or a number of batches, not ${save_freq}.`);
    }
  }

  override on_epoch_begin(epoch: number, _logs: Logs): void {
    this.#epoch = epoch;
  }

  override async on_train_batch_end(_batch: number, logs: Logs): Promise<void> {
    if (this.save_freq === 'epoch') return;
    this.#batches += 1;
    if (this.#batches % this.save_freq === 0) await this.#save(this.#epoch, logs);
  }

  override async on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    if (this.save_freq === 'epoch') await this.#save(epoch, logs);
  }

  async #save(epoch: number, logs: Logs): Promise<void> {
    const path = formatFileName(this.filepath, { ...logs, epoch: epoch + 1 });
    if (this.save_best_only && !this.#isBest(epoch, logs)) return;
    const model: object = this.running_model;
    if (!('save' in model && 'save_weights' in model)) {
      throw new TypeError('ModelCheckpoint needs a model that can be saved: import @km/keras.');
    }
    if (this.verbose > 0) console.log(`\nEpoch ${epoch + 1}: saving model to ${path}`);
    const saveable = model as Saveable;
    const options = {
      overwrite: true,
      ...(this.#options === null ? {} : { options: this.#options }),
    };
    if (this.save_weights_only) await saveable.save_weights(path, options);
    else await saveable.save(path, options);
  }

  #isBest(epoch: number, logs: Logs): boolean {
    const current = this.#monitor.valueOf(logs);
    if (current === undefined || !this.#monitor.isBetter(current, this.best)) {
      if (this.verbose > 0 && current !== undefined) {
        console.log(
          `\nEpoch ${epoch + 1}: ${this.#monitor.name} did not improve from ${this.best}`,
        );
      }
      return false;
    }
    this.best = current;
    return true;
  }
}
