import type { DType, Tensor as TensorRecord } from '@km/core';
import { flatOfRecord } from '../engine/flat.ts';
import { Initializer, pack } from './initializer.ts';

/** Gives the square roots of what another initializer gives; where a deviation starts from a variance. */
export class SquareRoot extends Initializer {
  readonly #variance: Initializer;

  constructor(variance: Initializer) {
    super();
    this.#variance = variance;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    const values = flatOfRecord(this.#variance.call(shape, dtype));
    return pack(Float64Array.from(values, Math.sqrt), shape, dtype);
  }
}
