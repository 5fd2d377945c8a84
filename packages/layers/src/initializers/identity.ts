import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { Initializer, pack } from './initializer.ts';

/** Arguments of `Identity`. */
export interface IdentityConfig {
  readonly gain?: number;
}

/** Gives a matrix with one number on the diagonal and zeros elsewhere. */
export class Identity extends Initializer {
  static override readonly className: string = 'Identity';
  readonly gain: number;

  constructor(config: IdentityConfig = {}) {
    super();
    this.gain = config.gain ?? 1;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined || shape.length !== 2) {
      throw new RangeError(`Identity makes matrices, not the shape [${shape.join(', ')}].`);
    }
    const values = new Float64Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = this.gain;
    return pack(values, shape, dtype);
  }

  override get_config(): Config {
    return { gain: this.gain };
  }
}
