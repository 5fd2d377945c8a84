import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient, roundingOf } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Adamax`. */
export interface AdamaxConfig extends OptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number;
}

/** Is Adam with the infinity norm in place of squares; section 7 of https://arxiv.org/abs/1412.6980. */
export class Adamax extends Optimizer {
  static override readonly className: string = 'Adamax';
  readonly beta_1: number;
  readonly beta_2: number;
  readonly epsilon: number;
  _m: readonly Variable[] = [];
  _u: readonly Variable[] = [];

  constructor(config: AdamaxConfig = {}) {
    super(config, ['beta_1', 'beta_2', 'epsilon']);
    this.beta_1 = config.beta_1 ?? 0.9;
    this.beta_2 = config.beta_2 ?? 0.999;
    this.epsilon = config.epsilon ?? 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    const [averages, norms]: [Variable[], Variable[]] = [[], []];
    for (const variable of variables) {
      averages.push(this.add_variable_from_reference(variable, 'm'));
      norms.push(this.add_variable_from_reference(variable, 'u'));
    }
    this._m = averages;
    this._u = norms;
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const round = roundingOf(variable);
    const { beta_2, epsilon } = this;
    const c1 = round(1 - this.beta_1);
    const correction = round(1 - round(round(this.beta_1) ** this.local_step()));
    const lr = this.rate();
    const average = this.slot_of(variable, this._m);
    const norm = this.slot_of(variable, this._u);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const m = average.values();
    const u = norm.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      m[i] = (m[i] as number) + (gi - (m[i] as number)) * c1;
      u[i] = Math.max(beta_2 * (u[i] as number), Math.abs(gi));
      x[i] =
        (x[i] as number) - (lr * (m[i] as number)) / (correction * ((u[i] as number) + epsilon));
    }
    average.assign_values(m);
    norm.assign_values(u);
    variable.assign_values(x);
  }

  override get_config(): Config {
    const { beta_1, beta_2, epsilon } = this;
    return { ...super.get_config(), beta_1, beta_2, epsilon };
  }
}
