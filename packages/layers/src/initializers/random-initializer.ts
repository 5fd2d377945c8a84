import type { DType } from '@km/core';
import { getClassName } from '../engine/registry.ts';
import { newInitializerSeed } from '../random/global-seed.ts';
import type { SeedPair } from '../random/stateless.ts';
import { Initializer, requireFloating } from './initializer.ts';

/** Arguments of the random initializers; without a seed each object draws one for itself. */
export interface SeedConfig {
  readonly seed?: number | null;
}

/** Base of the random initializers: every call of one object gives the same values. */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | null;
  #drawn: number | null = null;

  constructor(config: SeedConfig) {
    super();
    this.seed = config.seed ?? null;
  }

  /** The pair of seeds of TensorFlow's stateless random operations. */
  protected get seedPair(): SeedPair {
    this.#drawn ??= this.seed ?? newInitializerSeed();
    return [this.#drawn, 0];
  }

  override prepare(_shape: readonly number[], dtype: DType): boolean {
    requireFloating(dtype, getClassName(this));
    this.#drawn ??= this.seed ?? newInitializerSeed();
    return true;
  }
}
