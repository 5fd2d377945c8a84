import type { Tensor as TensorRecord } from '@km/core';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { type Monitor, type MonitorMode, monitorOf } from './monitor.ts';

/** Arguments of `EarlyStopping`. */
export interface EarlyStoppingConfig {
  readonly monitor?: string;
  /** Change from which on a value counts as better. */
  readonly min_delta?: number;
  /** Epochs without improvement after which training stops. */
  readonly patience?: number;
  readonly verbose?: number;
  readonly mode?: MonitorMode;
  /** Value that must be reached. */
  readonly baseline?: number | null;
  readonly restore_best_weights?: boolean;
  readonly start_from_epoch?: number;
}

const ARGUMENTS: ArgumentNames<EarlyStoppingConfig> = {
  monitor: true,
  min_delta: true,
  patience: true,
  verbose: true,
  mode: true,
  baseline: true,
  restore_best_weights: true,
  start_from_epoch: true,
};

/** Stops a training when a result has stopped improving. */
export class EarlyStopping extends Callback {
  readonly patience: number;
  readonly min_delta: number;
  readonly baseline: number | null;
  readonly restore_best_weights: boolean;
  readonly start_from_epoch: number;
  readonly verbose: number;
  best: number;
  best_epoch: number = 0;
  stopped_epoch: number = 0;
  wait: number = 0;
  readonly #monitor: Monitor;
  #best_weights: readonly TensorRecord[] | null = null;

  constructor(config: EarlyStoppingConfig = {}) {
    super();
    checkKnown('EarlyStopping', config, ARGUMENTS);
    this.patience = config.patience ?? 0;
    this.min_delta = Math.abs(config.min_delta ?? 0);
    this.baseline = config.baseline ?? null;
    this.restore_best_weights = config.restore_best_weights ?? false;
    this.start_from_epoch = config.start_from_epoch ?? 0;
    this.verbose = config.verbose ?? 0;
    this.#monitor = monitorOf(config.monitor ?? 'val_loss', config.mode ?? 'auto', (name) =>
      /(acc|accuracy|auc)$/.test(name),
    );
    this.best = this.#monitor.worst;
  }

  override on_train_begin(_logs: Logs): void {
    this.wait = 0;
    this.stopped_epoch = 0;
    this.best = this.#monitor.worst;
    this.best_epoch = 0;
    this.#best_weights = null;
  }

  #remember(): void {
    if (!this.restore_best_weights) return;
    this.#best_weights = this.running_model.weights.map((variable) => variable.record());
  }

  override on_epoch_end(epoch: number, logs: Logs): void {
    const current = this.#monitor.valueOf(logs);
    if (current === undefined || epoch < this.start_from_epoch) return;
    if (this.#best_weights === null) this.#remember();
    this.wait += 1;
    if (this.#monitor.isBetter(current, this.best, this.min_delta)) {
      this.best = current;
      this.best_epoch = epoch;
      this.#remember();
      const { baseline } = this;
      if (baseline === null || this.#monitor.isBetter(current, baseline, this.min_delta)) {
        this.wait = 0;
      }
      return;
    }
    if (this.wait >= this.patience && epoch > 0) this.#stop(epoch);
  }

  #stop(epoch: number): void {
    this.stopped_epoch = epoch;
    const model = this.running_model;
    model.stop_training = true;
    if (this.#best_weights === null) return;
    if (this.verbose > 0) {
      console.log(
        `Restoring model weights from the end of the best epoch: ${this.best_epoch + 1}.`,
      );
    }
    model.set_weights(this.#best_weights);
  }

  override on_train_end(_logs: Logs): void {
    if (this.stopped_epoch > 0 && this.verbose > 0) {
      console.log(`Epoch ${this.stopped_epoch + 1}: early stopping`);
    }
  }
}
