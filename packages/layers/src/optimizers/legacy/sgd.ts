import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `SGD`. */
export interface LegacySGDConfig extends LegacyOptimizerConfig {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Descends along the gradient, with optional momentum, as up to TensorFlow 2.10. */
export class SGD extends LegacyOptimizer {
  static override readonly className: string = 'SGD';
  readonly nesterov: boolean;
  readonly #has_momentum: boolean;

  constructor(config: LegacySGDConfig = {}) {
    super(config, ['momentum', 'nesterov'], 0.01);
    const momentum = config.momentum ?? 0;
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`SGD: momentum is 0…1, not ${momentum}.`);
    }
    this.hypers.set('momentum', momentum);
    this.#has_momentum = momentum > 0;
    this.nesterov = config.nesterov ?? false;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    if (this.#has_momentum) this.add_slots(variables, 'momentum');
  }

  protected override update_values(g: FlatGradient, variable: Variable, state: StepState): void {
    if (this.#has_momentum) this.moveWithMomentum(g, variable, state);
    else this.move(g, variable, state.lr);
  }

  private move(gradient: FlatGradient, variable: Variable, lr: number): void {
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    for (let i = 0; i < x.length; i += 1) x[i] = (x[i] as number) - lr * (g[i] as number);
    variable.assign_values(x);
  }

  private moveWithMomentum(gradient: FlatGradient, variable: Variable, state: StepState): void {
    const slot = this.get_slot(variable, 'momentum');
    const [momentum, { lr }, { nesterov }] = [state.hyper('momentum'), state, this];
    const x = variable.values();
    const m = slot.values();
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) {
        const step = lr * (gradient.values[i - start + offset] as number);
        m[i] = (m[i] as number) * momentum - step;
        const moved = nesterov ? (m[i] as number) * momentum - step : (m[i] as number);
        x[i] = (x[i] as number) + moved;
      }
    });
    slot.assign_values(m);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      momentum: this.hypers.config('momentum'),
      nesterov: this.nesterov,
    };
  }
}
