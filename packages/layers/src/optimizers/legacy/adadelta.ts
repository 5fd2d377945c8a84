import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Adadelta`. */
export interface LegacyAdadeltaConfig extends LegacyOptimizerConfig {
  readonly rho?: number;
  readonly epsilon?: number | null;
}

/** Scales gradients by a window of their past and of the past updates, as up to TensorFlow 2.10. */
export class Adadelta extends LegacyOptimizer {
  static override readonly className: string = 'Adadelta';
  readonly epsilon: number;

  constructor(config: LegacyAdadeltaConfig = {}) {
    super(config, ['rho', 'epsilon']);
    this.hypers.set('rho', config.rho ?? 0.95);
    this.epsilon = config.epsilon || 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.add_slots(variables, 'accum_grad');
    this.add_slots(variables, 'accum_var');
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { lr, round } = s;
    const { epsilon } = this;
    const rho = s.hyper('rho');
    const rest = round(1 - rho);
    const grads = this.get_slot(variable, 'accum_grad');
    const deltas = this.get_slot(variable, 'accum_var');
    const [x, a, d] = [variable.values(), grads.values(), deltas.values()];
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) {
        const gi = gradient.values[i - start + offset] as number;
        a[i] = rho * (a[i] as number) + rest * gi * gi;
        const scale = Math.sqrt((d[i] as number) + epsilon) / Math.sqrt((a[i] as number) + epsilon);
        const delta = scale * gi;
        x[i] = (x[i] as number) - lr * delta;
        d[i] = rho * (d[i] as number) + rest * delta * delta;
      }
    });
    grads.assign_values(a);
    deltas.assign_values(d);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return { ...super.get_config(), rho: this.hypers.config('rho'), epsilon: this.epsilon };
  }
}
