import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient, roundingOf } from './gradient.ts';
import { stepOnBackend } from './on-backend.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Adam` and `AdamW`. */
export interface AdamConfig extends OptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number;
  /** Whether the largest second moment so far is used; https://openreview.net/forum?id=ryQu7f-RZ. */
  readonly amsgrad?: boolean;
}

/** Scales an average of gradients by an average of their squares; https://arxiv.org/abs/1412.6980. */
export class Adam extends Optimizer {
  static override readonly className: string = 'Adam';
  readonly beta_1: number;
  readonly beta_2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  _momentums: readonly Variable[] = [];
  _velocities: readonly Variable[] = [];
  _velocity_hats: readonly Variable[] = [];

  constructor(config: AdamConfig = {}) {
    super(config, ['beta_1', 'beta_2', 'epsilon', 'amsgrad']);
    this.beta_1 = config.beta_1 ?? 0.9;
    this.beta_2 = config.beta_2 ?? 0.999;
    this.epsilon = config.epsilon ?? 1e-7;
    this.amsgrad = config.amsgrad ?? false;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    const [momentums, velocities]: [Variable[], Variable[]] = [[], []];
    for (const variable of variables) {
      momentums.push(this.add_variable_from_reference(variable, 'm'));
      velocities.push(this.add_variable_from_reference(variable, 'v'));
    }
    this._momentums = momentums;
    this._velocities = velocities;
    if (this.amsgrad) this._velocity_hats = this.add_slots('vhat', variables);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const round = roundingOf(variable);
    const step = this.local_step();
    const power1 = round(round(this.beta_1) ** step);
    const power2 = round(round(this.beta_2) ** step);
    const alpha = (this.rate() * Math.sqrt(round(1 - power2))) / round(1 - power1);
    const [c1, c2] = [round(1 - this.beta_1), round(1 - this.beta_2)];
    const momentum = this.slot_of(variable, this._momentums);
    const velocity = this.slot_of(variable, this._velocities);
    const { epsilon } = this;
    const native = { variable, slots: [momentum, velocity], numbers: [c1, c2, alpha, epsilon] };
    if (!this.amsgrad && stepOnBackend('adam', gradient, native)) return;
    const g = denseValues(gradient, variable.size);
    const [x, m, v] = [variable.values(), momentum.values(), velocity.values()];
    const hat = this.amsgrad ? this.slot_of(variable, this._velocity_hats) : null;
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
    momentum.assign_values(m);
    velocity.assign_values(v);
    if (h !== null) hat?.assign_values(h);
    variable.assign_values(x);
  }

  override get_config(): Config {
    const { beta_1, beta_2, epsilon, amsgrad } = this;
    return { ...super.get_config(), beta_1, beta_2, epsilon, amsgrad };
  }
}

/** Is Adam with a weight decay of 0.004 unless given; https://arxiv.org/abs/1711.05101. */
export class AdamW extends Adam {
  static override readonly className: string = 'AdamW';

  constructor(config: AdamConfig = {}) {
    super({ ...config, weight_decay: config.weight_decay ?? 0.004 });
  }
}
