import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by Glorot and Bengio (2010), uniform. */
export class GlorotUniform extends VarianceScaling {
  static override readonly className: string = 'GlorotUniform';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 1, mode: 'fan_avg', distribution: 'uniform' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
