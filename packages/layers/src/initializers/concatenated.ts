import type { DType, Tensor as TensorRecord } from '@km/core';
import { flatOfRecord } from '../engine/flat.ts';
import { Initializer, pack } from './initializer.ts';

/** Joins vectors of several initializers, or of one number, to one vector; part of the bias of gated cells. */
export class Concatenated extends Initializer {
  readonly #parts: readonly (readonly [Initializer | number, number])[];

  constructor(parts: readonly (readonly [Initializer | number, number])[]) {
    super();
    this.#parts = parts;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    const values = this.#parts.flatMap(([source, size]) =>
      typeof source === 'number'
        ? new Array<number>(size).fill(source)
        : Array.from(flatOfRecord(source.call([size], 'float32'))),
    );
    return pack(values, shape, dtype);
  }
}
