import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by Glorot and Bengio (2010), normal. */
export class GlorotNormal extends VarianceScaling {
  static override readonly className: string = 'GlorotNormal';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
