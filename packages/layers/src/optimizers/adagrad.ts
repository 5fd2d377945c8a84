import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Adagrad`. */
export interface AdagradConfig extends OptimizerConfig {
  readonly initial_accumulator_value?: number;
  readonly epsilon?: number;
}

/** Scales gradients by the sum of their squares. */
export class Adagrad extends Optimizer {
  static override readonly className: string = 'Adagrad';
  readonly initial_accumulator_value: number;
  readonly epsilon: number;
  _accumulators: readonly Variable[] = [];

  constructor(config: AdagradConfig = {}) {
    super(config, ['initial_accumulator_value', 'epsilon']);
    this.initial_accumulator_value = config.initial_accumulator_value ?? 0.1;
    this.epsilon = config.epsilon ?? 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this._accumulators = this.add_slots('accumulator', variables, this.initial_accumulator_value);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const { epsilon } = this;
    const lr = this.rate();
    const slot = this.slot_of(variable, this._accumulators);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const a = slot.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      a[i] = (a[i] as number) + gi * gi;
      x[i] = (x[i] as number) - (lr * gi) / Math.sqrt((a[i] as number) + epsilon);
    }
    slot.assign_values(a);
    variable.assign_values(x);
  }

  override get_config(): Config {
    const { initial_accumulator_value, epsilon } = this;
    return { ...super.get_config(), initial_accumulator_value, epsilon };
  }
}
