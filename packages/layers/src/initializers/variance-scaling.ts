import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import {
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
} from '../random/stateless.ts';
import { pack, requireFloating, sizeOf } from './initializer.ts';
import { RandomInitializer, type SeedConfig } from './random-initializer.ts';

/** Which of a weight's connections set the scale. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg';
/** Shape of the distribution. */
export type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

/** Arguments of `VarianceScaling`; `normal` is the old name of `truncated_normal`. */
export interface VarianceScalingConfig extends SeedConfig {
  readonly scale?: number;
  readonly mode?: FanMode;
  readonly distribution?: Distribution | 'normal';
}

/** Standard deviation of the standard normal distribution cut at ±2. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Draws with a variance that depends on the number of connections of the weight. */
export class VarianceScaling extends RandomInitializer {
  static override readonly className: string = 'VarianceScaling';
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: Distribution;

  constructor(config: VarianceScalingConfig = {}) {
    super(config);
    this.scale = config.scale ?? 1;
    this.mode = config.mode ?? 'fan_in';
    const given = config.distribution ?? 'truncated_normal';
    this.distribution = given === 'normal' ? 'truncated_normal' : given;
    checkScaling(this.scale, this.mode, this.distribution);
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    requireFloating(dtype, 'VarianceScaling');
    const variance = this.scale / Math.max(1, fan(shape, this.mode));
    return pack(this.#draw(sizeOf(shape), variance), shape, dtype);
  }

  #draw(size: number, variance: number): Float32Array {
    const seed = this.seedPair;
    switch (this.distribution) {
      case 'truncated_normal':
        return statelessTruncatedNormal(size, seed, 0, Math.sqrt(variance) / TRUNCATED_STDDEV);
      case 'untruncated_normal':
        return statelessNormal(size, seed, 0, Math.sqrt(variance));
      case 'uniform': {
        const limit = Math.sqrt(3 * variance);
        return statelessUniform(size, seed, -limit, limit);
      }
    }
  }

  override get_config(): Config {
    const { scale, mode, distribution, seed } = this;
    return { scale, mode, distribution, seed };
  }
}

function checkScaling(scale: number, mode: string, distribution: string): void {
  if (!(scale > 0)) throw new RangeError(`scale is positive, not ${String(scale)}.`);
  if (!['fan_in', 'fan_out', 'fan_avg'].includes(mode)) {
    throw new RangeError(`mode is 'fan_in', 'fan_out' or 'fan_avg', not '${mode}'.`);
  }
  if (!['truncated_normal', 'untruncated_normal', 'uniform'].includes(distribution)) {
    throw new RangeError(
      `distribution is 'truncated_normal', 'untruncated_normal' or 'uniform', not '${distribution}'.`,
    );
  }
}

/** Counts the connections of a weight; kernels of convolutions have the shape `[…sizes, in, out]`. */
function fan(shape: readonly number[], mode: FanMode): number {
  const receptive = sizeOf(shape.slice(0, -2));
  const single = shape.length < 2;
  const fanIn = single ? (shape[0] ?? 1) : (shape.at(-2) ?? 1) * receptive;
  const fanOut = single ? (shape[0] ?? 1) : (shape.at(-1) ?? 1) * receptive;
  if (mode === 'fan_in') return fanIn;
  return mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
}
