import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { denseValues, type FlatGradient } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Adagrad`. */
export interface LegacyAdagradConfig extends LegacyOptimizerConfig {
  readonly initial_accumulator_value?: number;
  readonly epsilon?: number | null;
}

/** Scales gradients by the sum of their squares, as up to TensorFlow 2.10. */
export class Adagrad extends LegacyOptimizer {
  static override readonly className: string = 'Adagrad';
  readonly initial_accumulator_value: number;
  readonly epsilon: number;

  constructor(config: LegacyAdagradConfig = {}) {
    super(config, ['initial_accumulator_value', 'epsilon']);
    this.initial_accumulator_value = config.initial_accumulator_value ?? 0.1;
    this.epsilon = config.epsilon || 1e-7;
    if (this.initial_accumulator_value < 0) {
      throw new RangeError('Adagrad: initial_accumulator_value is not negative.');
    }
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.add_slots(variables, 'accumulator', this.initial_accumulator_value);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { lr } = s;
    const slot = this.get_slot(variable, 'accumulator');
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const a = slot.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      a[i] = (a[i] as number) + gi * gi;
      x[i] = (x[i] as number) - (lr * gi) / (Math.sqrt(a[i] as number) + this.epsilon);
    }
    slot.assign_values(a);
    variable.assign_values(x);
  }

  override get_config(): Config {
    const { initial_accumulator_value, epsilon } = this;
    return { ...super.get_config(), initial_accumulator_value, epsilon };
  }
}
