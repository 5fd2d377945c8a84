import type { Config } from '../../engine/types.ts';
import type { Variable } from '../../engine/variable.ts';
import { checkFtrl } from '../ftrl.ts';
import { type FlatGradient, forEachStretch } from '../gradient.ts';
import { LegacyOptimizer, type StepState } from './optimizer.ts';
import type { LegacyOptimizerConfig } from './optimizer-config.ts';

/** Arguments of the legacy `Ftrl`. */
export interface LegacyFtrlConfig extends LegacyOptimizerConfig {
  readonly learning_rate_power?: number;
  readonly initial_accumulator_value?: number;
  readonly l1_regularization_strength?: number;
  readonly l2_regularization_strength?: number;
  readonly l2_shrinkage_regularization_strength?: number;
  readonly beta?: number;
}

const HYPERS = [
  'learning_rate_power',
  'l1_regularization_strength',
  'l2_regularization_strength',
  'beta',
] as const;

/** Follows the regularized leader, as up to TensorFlow 2.10. */
export class Ftrl extends LegacyOptimizer {
  static override readonly className: string = 'Ftrl';
  readonly initial_accumulator_value: number;
  readonly l2_shrinkage_regularization_strength: number;

  constructor(config: LegacyFtrlConfig = {}) {
    super(config, [...HYPERS, 'initial_accumulator_value', 'l2_shrinkage_regularization_strength']);
    checkFtrl(config);
    for (const name of HYPERS) {
      this.hypers.set(name, config[name] ?? (name === 'learning_rate_power' ? -0.5 : 0));
    }
    this.initial_accumulator_value = config.initial_accumulator_value ?? 0.1;
    this.l2_shrinkage_regularization_strength = config.l2_shrinkage_regularization_strength ?? 0;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    for (const variable of variables) {
      this.add_slot(variable, 'accumulator', this.initial_accumulator_value);
      this.add_slot(variable, 'linear');
    }
  }

  protected override update_values(gradient: FlatGradient, variable: Variable, s: StepState): void {
    const { lr } = s;
    const power = -s.hyper('learning_rate_power');
    const l1 = s.hyper('l1_regularization_strength');
    const l2 = s.hyper('l2_regularization_strength') + s.hyper('beta') / (2 * lr);
    const shrinkage = 2 * this.l2_shrinkage_regularization_strength;
    const accumulator = this.get_slot(variable, 'accumulator');
    const linear = this.get_slot(variable, 'linear');
    const [x, a, z] = [variable.values(), accumulator.values(), linear.values()];
    const update = (i: number, gi: number): void => {
      const xi = x[i] as number;
      const before = (a[i] as number) ** power;
      a[i] = (a[i] as number) + gi * gi;
      const after = (a[i] as number) ** power;
      z[i] = (z[i] as number) + gi + shrinkage * xi - ((after - before) / lr) * xi;
      const zi = z[i] as number;
      x[i] = (Math.min(Math.max(zi, -l1), l1) - zi) / (after / lr + 2 * l2);
    };
    forEachStretch(gradient, (start, end, offset) => {
      for (let i = start; i < end; i += 1) update(i, gradient.values[i - start + offset] as number);
    });
    accumulator.assign_values(a);
    linear.assign_values(z);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      initial_accumulator_value: this.initial_accumulator_value,
      ...Object.fromEntries(HYPERS.map((name) => [name, this.hypers.config(name)])),
      l2_shrinkage_regularization_strength: this.l2_shrinkage_regularization_strength,
    };
  }
}
