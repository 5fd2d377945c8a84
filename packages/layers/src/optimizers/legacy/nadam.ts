import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Nadam`; `decay` is that of the momentum schedule. */
export interface LegacyNadamConfig extends LegacyOptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number | null;
  readonly schedule_decay?: number;
}

/** Is Adam with Nesterov momentum, as up to TensorFlow 2.10. */
export class Nadam extends LegacyOptimizer {
  static override readonly className: string = 'Nadam';
  readonly epsilon: number;
  readonly schedule_decay: number;
  #cache: Variable | null = null;

  constructor(config: LegacyNadamConfig = {}) {
    const { decay, schedule_decay, ...others } = config;
    super({ ...others, decay: 0 }, ['beta_1', 'beta_2', 'epsilon']);
    if (typeof config.learning_rate === 'object') {
      throw new TypeError('The legacy Nadam optimizer does not support learning rate schedules.');
    }
    this.schedule_decay = schedule_decay ?? decay ?? 0.004;
    this.hypers.set('decay', this.schedule_decay);
    this.hypers.set('beta_1', config.beta_1 ?? 0.9);
    this.hypers.set('beta_2', config.beta_2 ?? 0.999);
    this.epsilon = config.epsilon || 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.#cache ??= this.add_scalar('momentum_cache', variables[0]?.dtype ?? 'float32', 1);
    this.add_slots(variables, 'm');
    this.add_slots(variables, 'v');
  }

  /** The momentum of a step, which rises towards `beta_1`. */
  private momentumAt(step: number): number {
    const { schedule_decay } = this;
    return this.hypers.at('beta_1', 0) * (1 - 0.5 * 0.96 ** (schedule_decay * step));
  }

  protected override begin_step(): void {
    const step = (this.iterations.values()[0] as number) + 1;
    this.#cache?.assign((this.#cache.values()[0] as number) * this.momentumAt(step));
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { round, step, lr } = s;
    const [now, next] = [this.momentumAt(step), this.momentumAt(step + 1)];
    const product = (this.#cache as Variable).values()[0] as number;
    const of_gradient = (1 - now) / (1 - product);
    const of_average = next / (1 - product * next);
    const of_square = 1 / round(1 - round(s.hyper('beta_2') ** step));
    const { m, v } = this.updateAverages(gradient, variable, s);
    const x = variable.values();
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) {
        const gi = gradient.values[i - start + offset] as number;
        const direction = of_gradient * gi + of_average * (m[i] as number);
        const size = Math.sqrt((v[i] as number) * of_square) + this.epsilon;
        x[i] = (x[i] as number) - (lr * direction) / size;
      }
    });
    variable.assign_values(x);
  }

  /** Averages fall off in rows without a gradient as well; such rows themselves stay. */
  private updateAverages(
    gradient: FlatGradient,
    variable: Variable,
    { hyper, round }: StepState,
  ): { readonly m: ArrayLike<number>; readonly v: ArrayLike<number> } {
    const [beta_1, beta_2] = [hyper('beta_1'), hyper('beta_2')];
    const [rest_1, rest_2] = [round(1 - beta_1), round(1 - beta_2)];
    const [m_slot, v_slot] = [this.get_slot(variable, 'm'), this.get_slot(variable, 'v')];
    const [m, v] = [m_slot.values(), v_slot.values()];
    const g = denseValues(gradient, variable.size);
    for (let i = 0; i < m.length; i += 1) {
      const gi = g[i] as number;
      m[i] = beta_1 * (m[i] as number) + rest_1 * gi;
      v[i] = beta_2 * (v[i] as number) + rest_2 * gi * gi;
    }
    m_slot.assign_values(m);
    v_slot.assign_values(v);
    return { m, v };
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      decay: this.schedule_decay,
      beta_1: this.hypers.config('beta_1'),
      beta_2: this.hypers.config('beta_2'),
      epsilon: this.epsilon,
    };
  }
}
