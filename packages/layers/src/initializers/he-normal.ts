import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by He et al. (2015), normal. */
export class HeNormal extends VarianceScaling {
  static override readonly className: string = 'HeNormal';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 2, mode: 'fan_in', distribution: 'truncated_normal' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
