import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { statelessNormal } from '../random/stateless.ts';
import { pack, requireFloating, sizeOf } from './initializer.ts';
import { RandomInitializer, type SeedConfig } from './random-initializer.ts';

/** Arguments of `RandomNormal`. */
export interface RandomNormalConfig extends SeedConfig {
  readonly mean?: number;
  readonly stddev?: number;
}

/** Draws from a normal distribution. */
export class RandomNormal extends RandomInitializer {
  static override readonly className: string = 'RandomNormal';
  readonly mean: number;
  readonly stddev: number;

  constructor(config: RandomNormalConfig = {}) {
    super(config);
    this.mean = config.mean ?? 0;
    this.stddev = config.stddev ?? 0.05;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    requireFloating(dtype, 'RandomNormal');
    const values = statelessNormal(sizeOf(shape), this.seedPair, this.mean, this.stddev);
    return pack(values, shape, dtype);
  }

  override get_config(): Config {
    return { mean: this.mean, stddev: this.stddev, seed: this.seed };
  }
}
