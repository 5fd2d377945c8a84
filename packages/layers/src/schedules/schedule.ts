import type { Config } from '../engine/types.ts';

/** A class of schedules. */
export interface ScheduleClass {
  new (config: never): LearningRateSchedule;
}

/** Base of the learning rate schedules: a rate for each step; subclasses define `call` and `get_config`. */
export abstract class LearningRateSchedule {
  static readonly className: string = 'LearningRateSchedule';

  /** Computes the learning rate at a step, counted from 0. */
  abstract call(step: number): number;

  /** Returns the constructor arguments. */
  abstract get_config(): Config;

  /** Makes a schedule from its constructor arguments. */
  static from_config(this: ScheduleClass, config: Config): LearningRateSchedule {
    return new this(config as never);
  }
}
