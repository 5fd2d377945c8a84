import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { learningRateOf, setLearningRate } from './learning-rate.ts';

/** Arguments of `LearningRateScheduler`. */
export interface LearningRateSchedulerConfig {
  /** Gives the learning rate of an epoch, counted from 0, from the one so far. */
  readonly schedule: (epoch: number, lr: number) => number;
  readonly verbose?: number;
}

const ARGUMENTS: ArgumentNames<LearningRateSchedulerConfig> = {
  schedule: true,
  verbose: true,
};

/** Sets the learning rate at the beginning of each epoch. */
export class LearningRateScheduler extends Callback {
  readonly schedule: (epoch: number, lr: number) => number;
  readonly verbose: number;

  constructor(config: LearningRateSchedulerConfig) {
    super();
    checkKnown('LearningRateScheduler', config, ARGUMENTS);
    this.schedule = config.schedule;
    this.verbose = config.verbose ?? 0;
  }

  override on_epoch_begin(epoch: number, _logs: Logs): void {
    const model = this.running_model;
    const rate = this.schedule(epoch, learningRateOf(model));
    if (typeof rate !== 'number') {
      throw new TypeError(`The schedule of LearningRateScheduler gives a number, not ${rate}.`);
    }
    setLearningRate(model, rate);
    if (this.verbose > 0) {
      console.log(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`);
    }
  }

  override on_epoch_end(_epoch: number, logs: Logs): void {
    logs.lr = learningRateOf(this.running_model);
  }
}
