import type { DType, Tensor as TensorRecord } from '@km/core';
import { Initializer, pack, sizeOf } from './initializer.ts';

/** Gives ones. */
export class Ones extends Initializer {
  static override readonly className: string = 'Ones';

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    return pack(new Float32Array(sizeOf(shape)).fill(1), shape, dtype);
  }

  override prepare(): boolean {
    return true;
  }
}
