import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { statelessTruncatedNormal } from '../random/stateless.ts';
import { pack, requireFloating, sizeOf } from './initializer.ts';
import { RandomInitializer, type SeedConfig } from './random-initializer.ts';

/** Arguments of `TruncatedNormal`. */
export interface TruncatedNormalConfig extends SeedConfig {
  readonly mean?: number;
  readonly stddev?: number;
}

/** Draws from a normal distribution cut at two standard deviations. */
export class TruncatedNormal extends RandomInitializer {
  static override readonly className: string = 'TruncatedNormal';
  readonly mean: number;
  readonly stddev: number;

  constructor(config: TruncatedNormalConfig = {}) {
    super(config);
    this.mean = config.mean ?? 0;
    this.stddev = config.stddev ?? 0.05;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    requireFloating(dtype, 'TruncatedNormal');
    const values = statelessTruncatedNormal(sizeOf(shape), this.seedPair, this.mean, this.stddev);
    return pack(values, shape, dtype);
  }

  override get_config(): Config {
    return { mean: this.mean, stddev: this.stddev, seed: this.seed };
  }
}
