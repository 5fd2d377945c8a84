import type { Config } from '../engine/types.ts';
import { LearningRateSchedule } from './schedule.ts';

/** Arguments of `ExponentialDecay` and `InverseTimeDecay`. */
export interface DecayConfig {
  readonly initial_learning_rate: number;
  /** Steps after which the decay has been applied once. */
  readonly decay_steps: number;
  readonly decay_rate: number;
  /** Whether the rate falls once every `decay_steps` and not at each step. */
  readonly staircase?: boolean;
  readonly name?: string | null;
}

abstract class Decay extends LearningRateSchedule {
  readonly initial_learning_rate: number;
  readonly decay_steps: number;
  readonly decay_rate: number;
  readonly staircase: boolean;
  readonly name: string | null;

  constructor(config: DecayConfig) {
    super();
    this.initial_learning_rate = config.initial_learning_rate;
    this.decay_steps = config.decay_steps;
    this.decay_rate = config.decay_rate;
    this.staircase = config.staircase ?? false;
    this.name = config.name ?? null;
  }

  protected periods(step: number): number {
    const periods = step / this.decay_steps;
    return this.staircase ? Math.floor(periods) : periods;
  }

  override get_config(): Config {
    return {
      initial_learning_rate: this.initial_learning_rate,
      decay_steps: this.decay_steps,
      decay_rate: this.decay_rate,
      staircase: this.staircase,
      name: this.name,
    };
  }
}

/** Multiplies the rate by `decay_rate` every `decay_steps`. */
export class ExponentialDecay extends Decay {
  static override readonly className: string = 'ExponentialDecay';

  override call(step: number): number {
    return this.initial_learning_rate * this.decay_rate ** this.periods(step);
  }
}

/** Divides the rate by `1 + decay_rate · step / decay_steps`. */
export class InverseTimeDecay extends Decay {
  static override readonly className: string = 'InverseTimeDecay';

  override call(step: number): number {
    return this.initial_learning_rate / (1 + this.decay_rate * this.periods(step));
  }
}
