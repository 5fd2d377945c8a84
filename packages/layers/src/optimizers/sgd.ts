import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { stepOnBackend } from './on-backend.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `SGD`. */
export interface SGDConfig extends OptimizerConfig {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Descends along the gradient, with optional momentum. */
export class SGD extends Optimizer {
  static override readonly className: string = 'SGD';
  readonly momentum: number;
  readonly nesterov: boolean;
  momentums: readonly Variable[] = [];

  constructor(config: SGDConfig = {}) {
    super(config, ['momentum', 'nesterov'], 0.01);
    this.momentum = config.momentum ?? 0;
    this.nesterov = config.nesterov ?? false;
    if (!(this.momentum >= 0 && this.momentum <= 1)) {
      throw new RangeError(`SGD: momentum is 0…1, not ${this.momentum}.`);
    }
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this.momentums = this.add_slots('m', variables);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const slot = this.slot_of(variable, this.momentums);
    const [lr, momentum, nesterov] = [this.rate(), this.momentum, this.nesterov];
    const native = { variable, slots: [slot], numbers: [lr, momentum] };
    if (stepOnBackend(nesterov ? 'nesterov' : 'sgd', gradient, native)) return;
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const m = slot.values();
    for (let i = 0; i < x.length; i += 1) {
      const step = lr * (g[i] as number);
      m[i] = (m[i] as number) * momentum - step;
      const moved = nesterov ? (m[i] as number) * momentum - step : (m[i] as number);
      x[i] = (x[i] as number) + moved;
    }
    slot.assign_values(m);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return { ...super.get_config(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
