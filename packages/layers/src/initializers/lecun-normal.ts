import type { Config } from '../engine/types.ts';
import type { SeedConfig } from './random-initializer.ts';
import { VarianceScaling } from './variance-scaling.ts';

/** Draws as proposed by LeCun et al. (1998), normal. */
export class LecunNormal extends VarianceScaling {
  static override readonly className: string = 'LecunNormal';

  constructor(config: SeedConfig = {}) {
    super({ ...config, scale: 1, mode: 'fan_in', distribution: 'truncated_normal' });
  }

  override get_config(): Config {
    return { seed: this.seed };
  }
}
