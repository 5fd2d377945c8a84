import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { learningRateOf, setLearningRate } from './learning-rate.ts';
import { type Monitor, type MonitorMode, monitorOf } from './monitor.ts';

/** Arguments of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauConfig {
  readonly monitor?: string;
  /** What the learning rate is multiplied by, below 1. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate is reduced. */
  readonly patience?: number;
  readonly verbose?: number;
  readonly mode?: MonitorMode;
  readonly min_delta?: number;
  /** Epochs to wait after a reduction. */
  readonly cooldown?: number;
  readonly min_lr?: number;
}

const ARGUMENTS: ArgumentNames<ReduceLROnPlateauConfig> = {
  monitor: true,
  factor: true,
  patience: true,
  verbose: true,
  mode: true,
  min_delta: true,
  cooldown: true,
  min_lr: true,
};

/** Reduces the learning rate when a result has stopped improving. */
export class ReduceLROnPlateau extends Callback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly min_delta: number;
  readonly cooldown: number;
  readonly min_lr: number;
  best: number;
  wait: number = 0;
  cooldown_counter: number = 0;
  readonly #monitor: Monitor;

  constructor(config: ReduceLROnPlateauConfig = {}) {
    super();
    checkKnown('ReduceLROnPlateau', config, ARGUMENTS);
    this.factor = config.factor ?? 0.1;
    if (!(this.factor < 1)) {
      throw new RangeError(`ReduceLROnPlateau: factor is below 1, not ${this.factor}.`);
    }
    this.patience = config.patience ?? 10;
    this.verbose = config.verbose ?? 0;
    this.min_delta = config.min_delta ?? 1e-4;
    this.cooldown = config.cooldown ?? 0;
    this.min_lr = config.min_lr ?? 0;
    this.#monitor = monitorOf(config.monitor ?? 'val_loss', config.mode ?? 'auto', (name) =>
      name.includes('acc'),
    );
    this.best = this.#monitor.worst;
  }

  override on_train_begin(_logs: Logs): void {
    this.wait = 0;
    this.cooldown_counter = 0;
    this.best = this.#monitor.worst;
  }

  override on_epoch_end(epoch: number, logs: Logs): void {
    const model = this.running_model;
    logs.lr = learningRateOf(model);
    const current = this.#monitor.valueOf(logs);
    if (current === undefined) return;
    if (this.cooldown_counter > 0) {
      this.cooldown_counter -= 1;
      this.wait = 0;
    }
    if (this.#monitor.isBetter(current, this.best, this.min_delta)) {
      this.best = current;
      this.wait = 0;
    } else if (this.cooldown_counter === 0) {
      this.wait += 1;
      if (this.wait >= this.patience) this.#reduce(epoch);
    }
  }

  #reduce(epoch: number): void {
    const model = this.running_model;
    const old = learningRateOf(model);
    if (old <= Math.fround(this.min_lr)) return;
    const rate = Math.max(old * this.factor, this.min_lr);
    setLearningRate(model, rate);
    this.cooldown_counter = this.cooldown;
    this.wait = 0;
    if (this.verbose > 0) {
      console.log(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${rate}.`);
    }
  }
}
