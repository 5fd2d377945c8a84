import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Lion`. */
export interface LionConfig extends OptimizerConfig {
  /** Momentum of the step, above 0 up to 1. */
  readonly beta_1?: number;
  /** Momentum of the average that is kept. */
  readonly beta_2?: number;
}

/** Moves each element by the sign of its momentum; https://arxiv.org/abs/2302.06675. */
export class Lion extends Optimizer {
  static override readonly className: string = 'Lion';
  readonly beta_1: number;
  readonly beta_2: number;
  momentums: readonly Variable[] = [];

  constructor(config: LionConfig = {}) {
    super(config, ['beta_1', 'beta_2'], 0.0001);
    this.beta_1 = config.beta_1 ?? 0.9;
    this.beta_2 = config.beta_2 ?? 0.99;
    if (!(this.beta_1 > 0 && this.beta_1 <= 1)) {
      throw new RangeError(`Lion: beta_1 is above 0 and at most 1, not ${this.beta_1}.`);
    }
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.momentums = this.add_slots('m', variables);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const { beta_1, beta_2 } = this;
    const lr = this.rate();
    const slot = this.slot_of(variable, this.momentums);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const m = slot.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      const mi = m[i] as number;
      x[i] = (x[i] as number) - lr * Math.sign(mi * beta_1 + gi * (1 - beta_1));
      m[i] = mi * beta_2 + gi * (1 - beta_2);
    }
    slot.assign_values(m);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return { ...super.get_config(), beta_1: this.beta_1, beta_2: this.beta_2 };
  }
}
