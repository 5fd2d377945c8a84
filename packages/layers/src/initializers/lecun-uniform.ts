import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by LeCun et al. (1998), uniform. */
export class LecunUniform extends VarianceScaling {
  static override readonly className: string = 'LecunUniform';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 1, mode: 'fan_in', distribution: 'uniform' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
