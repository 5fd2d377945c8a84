import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Adam`. */
export interface LegacyAdamConfig extends LegacyOptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number | null;
  readonly amsgrad?: boolean;
}

/** Scales an average of gradients by an average of their squares, as up to TensorFlow 2.10. */
export class Adam extends LegacyOptimizer {
  static override readonly className: string = 'Adam';
  readonly epsilon: number;
  readonly amsgrad: boolean;

  constructor(config: LegacyAdamConfig = {}) {
    super(config, ['beta_1', 'beta_2', 'epsilon', 'amsgrad']);
    this.hypers.set('beta_1', config.beta_1 ?? 0.9);
    this.hypers.set('beta_2', config.beta_2 ?? 0.999);
    this.epsilon = config.epsilon || 1e-7;
    this.amsgrad = config.amsgrad ?? false;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.add_slots(variables, 'm');
    this.add_slots(variables, 'v');
    if (this.amsgrad) this.add_slots(variables, 'vhat');
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { round, step, lr } = s;
    const [beta_1, beta_2] = [s.hyper('beta_1'), s.hyper('beta_2')];
    const [c1, c2] = [round(1 - beta_1), round(1 - beta_2)];
    const [power1, power2] = [round(beta_1 ** step), round(beta_2 ** step)];
    const alpha = (lr * Math.sqrt(round(1 - power2))) / round(1 - power1);
    const m_slot = this.get_slot(variable, 'm');
    const v_slot = this.get_slot(variable, 'v');
    const g = denseValues(gradient, variable.size);
    const m = m_slot.values();
    const v = v_slot.values();
    for (let i = 0; i < m.length; i += 1) {
      const gi = g[i] as number;
      m[i] = (m[i] as number) + (gi - (m[i] as number)) * c1;
      v[i] = (v[i] as number) + (gi * gi - (v[i] as number)) * c2;
    }
    m_slot.assign_values(m);
    v_slot.assign_values(v);
    this.move(variable, m, this.amsgrad ? this.largest(variable, v) : v, alpha);
  }

  private move(
    variable: Variable,
    m: ArrayLike<number>,
    v: ArrayLike<number>,
    alpha: number,
  ): void {
    const x = variable.values();
    for (let i = 0; i < x.length; i += 1) {
      const size = Math.sqrt(v[i] as number) + this.epsilon;
      x[i] = (x[i] as number) - ((m[i] as number) * alpha) / size;
    }
    variable.assign_values(x);
  }

  private largest(variable: Variable, v: ArrayLike<number>): ArrayLike<number> {
    const slot = this.get_slot(variable, 'vhat');
    const largest = slot.values();
    for (let i = 0; i < largest.length; i += 1) {
      largest[i] = Math.max(largest[i] as number, v[i] as number);
    }
    slot.assign_values(largest);
    return largest;
  }

  /** Sets all variables; weights that hold an unused `vhat`, as old files do, are cut. */
  override set_weights(weights: Parameters<LegacyOptimizer['set_weights']>[0]): void {
    const count = this.variables.length;
    const with_vhat = 1 + (3 * (count - 1)) / 2;
    super.set_weights(weights.length === with_vhat ? weights.slice(0, count) : weights);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      beta_1: this.hypers.config('beta_1'),
      beta_2: this.hypers.config('beta_2'),
      epsilon: this.epsilon,
      amsgrad: this.amsgrad,
    };
  }
}
