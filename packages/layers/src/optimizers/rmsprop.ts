import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { stepOnBackend } from './on-backend.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `RMSprop`. */
export interface RMSpropConfig extends OptimizerConfig {
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  /** Whether gradients are scaled by their variance and not by their square. */
  readonly centered?: boolean;
}

/** Scales gradients by a moving average of their squares. */
export class RMSprop extends Optimizer {
  static override readonly className: string = 'RMSprop';
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  _velocities: readonly Variable[] = [];
  _momentums: readonly Variable[] = [];
  _average_gradients: readonly Variable[] = [];

  constructor(config: RMSpropConfig = {}) {
    super({ ema_overwrite_frequency: 100, ...config }, ['rho', 'momentum', 'epsilon', 'centered']);
    this.rho = config.rho ?? 0.9;
    this.momentum = config.momentum ?? 0;
    this.epsilon = config.epsilon ?? 1e-7;
    this.centered = config.centered ?? false;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this._velocities = this.add_slots('velocity', variables);
    if (this.momentum > 0) this._momentums = this.add_slots('momentum', variables);
    if (this.centered) this._average_gradients = this.add_slots('average_gradient', variables);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    if (this.#stepOnBackend(gradient, variable)) return;
    const g = denseValues(gradient, variable.size);
    const increments = this.increments(g, variable);
    const x = variable.values();
    if (this.momentum > 0) {
      const slot = this.slot_of(variable, this._momentums);
      const m = slot.values();
      for (let i = 0; i < x.length; i += 1) {
        m[i] = this.momentum * (m[i] as number) + (increments[i] as number);
        x[i] = (x[i] as number) - (m[i] as number);
      }
      slot.assign_values(m);
    } else {
      for (let i = 0; i < x.length; i += 1) x[i] = (x[i] as number) - (increments[i] as number);
    }
    variable.assign_values(x);
  }

  #stepOnBackend(gradient: FlatGradient, variable: Variable): boolean {
    if (this.centered || this.momentum > 0) return false;
    return stepOnBackend('rmsprop', gradient, {
      variable,
      slots: [this.slot_of(variable, this._velocities)],
      numbers: [this.rate(), this.rho, 1 - this.rho, this.epsilon],
    });
  }

  /** Updates the averages and gives the scaled gradients. */
  private increments(g: ArrayLike<number>, variable: Variable): Float64Array {
    const { rho, epsilon } = this;
    const lr = this.rate();
    const slot = this.slot_of(variable, this._velocities);
    const means = this.centered ? this.slot_of(variable, this._average_gradients) : null;
    const v = slot.values();
    const a = means?.values() ?? null;
    const increments = new Float64Array(v.length);
    for (let i = 0; i < v.length; i += 1) {
      const gi = g[i] as number;
      v[i] = rho * (v[i] as number) + (1 - rho) * gi * gi;
      let denominator = (v[i] as number) + epsilon;
      if (a !== null) {
        a[i] = rho * (a[i] as number) + (1 - rho) * gi;
        denominator -= (a[i] as number) ** 2;
      }
      increments[i] = (lr * gi) / Math.sqrt(denominator);
    }
    slot.assign_values(v);
    if (a !== null) means?.assign_values(a);
    return increments;
  }

  override get_config(): Config {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.get_config(), rho, momentum, epsilon, centered };
  }
}
