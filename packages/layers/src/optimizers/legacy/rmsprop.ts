import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `RMSprop`. */
export interface LegacyRMSpropConfig extends LegacyOptimizerConfig {
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number | null;
  readonly centered?: boolean;
}

/** Scales gradients by a moving average of their squares, as up to TensorFlow 2.10. */
export class RMSprop extends LegacyOptimizer {
  static override readonly className: string = 'RMSprop';
  readonly epsilon: number;
  readonly centered: boolean;
  readonly #has_momentum: boolean;

  constructor(config: LegacyRMSpropConfig = {}) {
    super(config, ['rho', 'momentum', 'epsilon', 'centered']);
    const momentum = config.momentum ?? 0;
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`RMSprop: momentum is 0…1, not ${momentum}.`);
    }
    this.hypers.set('rho', config.rho ?? 0.9);
    this.hypers.set('momentum', momentum);
    this.#has_momentum = momentum > 0;
    this.epsilon = config.epsilon || 1e-7;
    this.centered = config.centered ?? false;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.add_slots(variables, 'rms');
    if (this.#has_momentum) this.add_slots(variables, 'momentum');
    if (this.centered) this.add_slots(variables, 'mg');
  }

  protected override update_values(g: FlatGradient, variable: Variable, state: StepState): void {
    if (this.#has_momentum) this.moveWithMomentum(g, variable, state);
    else this.move(g, variable, state);
  }

  /** Without momentum, averages fall off in rows without a gradient as well. */
  private move(gradient: FlatGradient, variable: Variable, state: StepState): void {
    const { lr } = state;
    const rho = state.hyper('rho');
    const rest = state.round(1 - rho);
    const rms = this.get_slot(variable, 'rms');
    const mean = this.centered ? this.get_slot(variable, 'mg') : null;
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const v = rms.values();
    const a = mean?.values() ?? null;
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      v[i] = rho * (v[i] as number) + rest * gi * gi;
      let square = v[i] as number;
      if (a !== null) {
        a[i] = rho * (a[i] as number) + rest * gi;
        square -= (a[i] as number) ** 2;
      }
      x[i] = (x[i] as number) - (lr * gi) / (Math.sqrt(square) + this.epsilon);
    }
    rms.assign_values(v);
    if (a !== null) mean?.assign_values(a);
    variable.assign_values(x);
  }

  private moveWithMomentum(gradient: FlatGradient, variable: Variable, state: StepState): void {
    const { lr } = state;
    const rest = state.round(1 - state.hyper('rho'));
    const momentum = state.hyper('momentum');
    const rms = this.get_slot(variable, 'rms');
    const moment = this.get_slot(variable, 'momentum');
    const mean = this.centered ? this.get_slot(variable, 'mg') : null;
    const [x, v, m] = [variable.values(), rms.values(), moment.values()];
    const a = mean?.values() ?? null;
    const update = (i: number, gi: number): void => {
      v[i] = (v[i] as number) + (gi * gi - (v[i] as number)) * rest;
      let square = (v[i] as number) + this.epsilon;
      if (a !== null) {
        a[i] = (a[i] as number) + (gi - (a[i] as number)) * rest;
        square -= (a[i] as number) ** 2;
      }
      m[i] = (m[i] as number) * momentum + (lr * gi) / Math.sqrt(square);
      x[i] = (x[i] as number) - (m[i] as number);
    };
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) update(i, gradient.values[i - start + offset] as number);
    });
    rms.assign_values(v);
    moment.assign_values(m);
    if (a !== null) mean?.assign_values(a);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      rho: this.hypers.config('rho'),
      momentum: this.hypers.config('momentum'),
      epsilon: this.epsilon,
      centered: this.centered,
    };
  }
}
