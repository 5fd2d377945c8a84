import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Adamax`. */
export interface LegacyAdamaxConfig extends LegacyOptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number | null;
}

/** Is Adam with the infinity norm in place of squares, as up to TensorFlow 2.10. */
export class Adamax extends LegacyOptimizer {
  static override readonly className: string = 'Adamax';
  readonly epsilon: number;

  constructor(config: LegacyAdamaxConfig = {}) {
    super(config, ['beta_1', 'beta_2', 'epsilon']);
    this.hypers.set('beta_1', config.beta_1 ?? 0.9);
    this.hypers.set('beta_2', config.beta_2 ?? 0.999);
    this.epsilon = config.epsilon || 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.add_slots(variables, 'm');
    this.add_slots(variables, 'v');
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { round } = s;
    const { epsilon } = this;
    const [beta_1, beta_2] = [s.hyper('beta_1'), s.hyper('beta_2')];
    const rest = round(1 - beta_1);
    const rate = s.lr / round(1 - round(beta_1 ** s.step));
    const averages = this.get_slot(variable, 'm');
    const norms = this.get_slot(variable, 'v');
    const [x, m, v] = [variable.values(), averages.values(), norms.values()];
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) {
        const gi = gradient.values[i - start + offset] as number;
        m[i] = (m[i] as number) + (gi - (m[i] as number)) * rest;
        v[i] = Math.max(beta_2 * (v[i] as number), Math.abs(gi));
        x[i] = (x[i] as number) - (rate * (m[i] as number)) / ((v[i] as number) + epsilon);
      }
    });
    averages.assign_values(m);
    norms.assign_values(v);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      beta_1: this.hypers.config('beta_1'),
      beta_2: this.hypers.config('beta_2'),
      epsilon: this.epsilon,
    };
  }
}
