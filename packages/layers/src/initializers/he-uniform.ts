import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by He et al. (2015), uniform. */
export class HeUniform extends VarianceScaling {
  static override readonly className: string = 'HeUniform';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 2, mode: 'fan_in', distribution: 'uniform' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
