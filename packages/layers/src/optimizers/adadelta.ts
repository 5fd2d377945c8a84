import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Adadelta`. */
export interface AdadeltaConfig extends OptimizerConfig {
  readonly rho?: number;
  readonly epsilon?: number;
}

/** Scales gradients by a window of their past and of the past updates; https://arxiv.org/abs/1212.5701. */
export class Adadelta extends Optimizer {
  static override readonly className: string = 'Adadelta';
  readonly rho: number;
  readonly epsilon: number;
  _accumulated_grads: readonly Variable[] = [];
  _accumulated_delta_vars: readonly Variable[] = [];

  constructor(config: AdadeltaConfig = {}) {
    super(config, ['rho', 'epsilon']);
    this.rho = config.rho ?? 0.95;
    this.epsilon = config.epsilon ?? 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    const [grads, deltas]: [Variable[], Variable[]] = [[], []];
    for (const variable of variables) {
      grads.push(this.add_variable_from_reference(variable, 'accumulated_grad'));
      deltas.push(this.add_variable_from_reference(variable, 'accumulated_delta_var'));
    }
    this._accumulated_grads = grads;
    this._accumulated_delta_vars = deltas;
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const { rho, epsilon } = this;
    const lr = this.rate();
    const grads = this.slot_of(variable, this._accumulated_grads);
    const deltas = this.slot_of(variable, this._accumulated_delta_vars);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const a = grads.values();
    const d = deltas.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      a[i] = rho * (a[i] as number) + (1 - rho) * gi * gi;
      const scale = Math.sqrt((d[i] as number) + epsilon) / Math.sqrt((a[i] as number) + epsilon);
      const delta = -scale * gi;
      d[i] = rho * (d[i] as number) + (1 - rho) * delta * delta;
      x[i] = (x[i] as number) + lr * delta;
    }
    grads.assign_values(a);
    deltas.assign_values(d);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return { ...super.get_config(), rho: this.rho, epsilon: this.epsilon };
  }
}
