import type { Config } from '../engine/types.ts';
import { LearningRateSchedule } from './schedule.ts';

/** Arguments of `PolynomialDecay`. */
export interface PolynomialDecayConfig {
  readonly initial_learning_rate: number;
  readonly decay_steps: number;
  readonly end_learning_rate?: number;
  readonly power?: number;
  /** Whether the decay starts over, each time with `decay_steps` more, and not stays at its end. */
  readonly cycle?: boolean;
  readonly name?: string | null;
}

/** Falls from the initial rate to the end rate along a polynomial. */
export class PolynomialDecay extends LearningRateSchedule {
  static override readonly className: string = 'PolynomialDecay';
  readonly initial_learning_rate: number;
  readonly decay_steps: number;
  readonly end_learning_rate: number;
  readonly power: number;
  readonly cycle: boolean;
  readonly name: string | null;

  constructor(config: PolynomialDecayConfig) {
    super();
    this.initial_learning_rate = config.initial_learning_rate;
    this.decay_steps = config.decay_steps;
    this.end_learning_rate = config.end_learning_rate ?? 0.0001;
    this.power = config.power ?? 1;
    this.cycle = config.cycle ?? false;
    this.name = config.name ?? null;
  }

  override call(step: number): number {
    const cycles = this.cycle && step > 0 ? Math.ceil(step / this.decay_steps) : 1;
    const steps = this.decay_steps * cycles;
    const done = (this.cycle ? step : Math.min(step, this.decay_steps)) / steps;
    const range = this.initial_learning_rate - this.end_learning_rate;
    return range * (1 - done) ** this.power + this.end_learning_rate;
  }

  override get_config(): Config {
    return {
      initial_learning_rate: this.initial_learning_rate,
      decay_steps: this.decay_steps,
      end_learning_rate: this.end_learning_rate,
      power: this.power,
      cycle: this.cycle,
      name: this.name,
    };
  }
}
