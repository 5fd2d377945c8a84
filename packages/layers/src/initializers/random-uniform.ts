import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { statelessUniform } from '../random/stateless.ts';
import { pack, requireFloating, sizeOf } from './initializer.ts';
import { RandomInitializer, type SeedConfig } from './random-initializer.ts';

/** Arguments of `RandomUniform`. */
export interface RandomUniformConfig extends SeedConfig {
  readonly minval?: number;
  readonly maxval?: number;
}

/** Draws from the uniform distribution over a range. */
export class RandomUniform extends RandomInitializer {
  static override readonly className: string = 'RandomUniform';
  readonly minval: number;
  readonly maxval: number;

  constructor(config: RandomUniformConfig = {}) {
    super(config);
    this.minval = config.minval ?? -0.05;
    this.maxval = config.maxval ?? 0.05;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    requireFloating(dtype, 'RandomUniform');
    const values = statelessUniform(sizeOf(shape), this.seedPair, this.minval, this.maxval);
    return pack(values, shape, dtype);
  }

  override get_config(): Config {
    return { minval: this.minval, maxval: this.maxval, seed: this.seed };
  }
}
