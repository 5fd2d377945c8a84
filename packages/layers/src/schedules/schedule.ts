import type { Config } from '../engine/types.ts';

/** Base of the learning rate schedules: a rate for each step; subclasses define `call` and `get_config`. */
export abstract class LearningRateSchedule {
  static readonly className: string = 'LearningRateSchedule';

  /** Computes the learning rate at a step, counted from 0. */
  abstract call(step: number): number;

  /** Returns the constructor arguments. */
  abstract get_config(): Config;
}
