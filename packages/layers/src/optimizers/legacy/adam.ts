import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient } from '../gradient.ts';
import { stepOnBackend } from '../on-backend.ts';
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
    const hat = this.amsgrad ? this.get_slot(variable, 'vhat') : null;
    const { epsilon } = this;
    const native = { variable, slots: [m_slot, v_slot], numbers: [c1, c2, alpha, epsilon] };
    if (hat === null && stepOnBackend('adam', gradient, native)) return;
    const g = denseValues(gradient, variable.size);
    const [x, m, v] = [variable.values(), m_slot.values(), v_slot.values()];
    const h = hat?.values() ?? null;
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      const mi = (m[i] as number) + (gi - (m[i] as number)) * c1;
      const vi = (v[i] as number) + (gi * gi - (v[i] as number)) * c2;
      m[i] = mi;
      v[i] = vi;
      const square = h === null ? vi : Math.max(h[i] as number, vi);
      if (h !== null) h[i] = square;
      x[i] = (x[i] as number) - (mi * alpha) / (Math.sqrt(square) + epsilon);
    }
    m_slot.assign_values(m);
    v_slot.assign_values(v);
    if (h !== null) hat?.assign_values(h);
    variable.assign_values(x);
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
