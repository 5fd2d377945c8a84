import type { Config } from '../engine/types.ts';
import { LearningRateSchedule } from './schedule.ts';

/** Arguments of `CosineDecay`. */
export interface CosineDecayConfig {
  readonly initial_learning_rate: number;
  readonly decay_steps: number;
  /** Part of the rate that is left at the end. */
  readonly alpha?: number;
  readonly name?: string | null;
  /** Rate that the warm-up reaches, from which the decay starts. */
  readonly warmup_target?: number | null;
  readonly warmup_steps?: number;
}

const halfCosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));

/** Falls along half a cosine, after an optional linear warm-up; https://arxiv.org/abs/1608.03983. */
export class CosineDecay extends LearningRateSchedule {
  static override readonly className: string = 'CosineDecay';
  readonly initial_learning_rate: number;
  readonly decay_steps: number;
  readonly alpha: number;
  readonly name: string | null;
  readonly warmup_target: number | null;
  readonly warmup_steps: number;

  constructor(config: CosineDecayConfig) {
    super();
    this.initial_learning_rate = config.initial_learning_rate;
    this.decay_steps = config.decay_steps;
    this.alpha = config.alpha ?? 0;
    this.name = config.name ?? null;
    this.warmup_target = config.warmup_target ?? null;
    this.warmup_steps = config.warmup_steps ?? 0;
  }

  override call(step: number): number {
    if (this.warmup_target === null) return this.decay(step, this.initial_learning_rate);
    const since = Math.min(step, this.decay_steps + this.warmup_steps);
    if (since >= this.warmup_steps) {
      return this.decay(since - this.warmup_steps, this.warmup_target);
    }
    const rise = this.warmup_target - this.initial_learning_rate;
    return (since / this.warmup_steps) * rise + this.initial_learning_rate;
  }

  private decay(step: number, from: number): number {
    const left = halfCosine(Math.min(step, this.decay_steps) / this.decay_steps);
    return from * ((1 - this.alpha) * left + this.alpha);
  }

  override get_config(): Config {
    return {
      initial_learning_rate: this.initial_learning_rate,
      decay_steps: this.decay_steps,
      alpha: this.alpha,
      name: this.name,
      warmup_target: this.warmup_target,
      warmup_steps: this.warmup_steps,
    };
  }
}

/** Arguments of `CosineDecayRestarts`. */
export interface CosineDecayRestartsConfig {
  readonly initial_learning_rate: number;
  readonly first_decay_steps: number;
  /** Factor of the length from one period to the next. */
  readonly t_mul?: number;
  /** Factor of the initial rate from one period to the next. */
  readonly m_mul?: number;
  readonly alpha?: number;
  readonly name?: string | null;
}

/** Falls along half a cosine again and again, in periods that grow; https://arxiv.org/abs/1608.03983. */
export class CosineDecayRestarts extends LearningRateSchedule {
  static override readonly className: string = 'CosineDecayRestarts';
  readonly initial_learning_rate: number;
  readonly first_decay_steps: number;
  readonly t_mul: number;
  readonly m_mul: number;
  readonly alpha: number;
  readonly name: string | null;

  constructor(config: CosineDecayRestartsConfig) {
    super();
    this.initial_learning_rate = config.initial_learning_rate;
    this.first_decay_steps = config.first_decay_steps;
    this.t_mul = config.t_mul ?? 2;
    this.m_mul = config.m_mul ?? 1;
    this.alpha = config.alpha ?? 0;
    this.name = config.name ?? null;
  }

  override call(step: number): number {
    const { restarts, done } = this.position(step / this.first_decay_steps);
    const left = this.m_mul ** restarts * halfCosine(done);
    return this.initial_learning_rate * ((1 - this.alpha) * left + this.alpha);
  }

  /** How many periods are over, and how much of the current one. */
  private position(periods: number): { readonly restarts: number; readonly done: number } {
    if (this.t_mul === 1) return { restarts: Math.floor(periods), done: periods % 1 };
    const restarts = Math.floor(Math.log(1 - periods * (1 - this.t_mul)) / Math.log(this.t_mul));
    const length = this.t_mul ** restarts;
    const before = (1 - length) / (1 - this.t_mul);
    return { restarts, done: (periods - before) / length };
  }

  override get_config(): Config {
    return {
      initial_learning_rate: this.initial_learning_rate,
      first_decay_steps: this.first_decay_steps,
      t_mul: this.t_mul,
      m_mul: this.m_mul,
      alpha: this.alpha,
      name: this.name,
    };
  }
}
