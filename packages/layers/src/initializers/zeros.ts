import type { DType, Tensor as TensorRecord } from '@km/core';
import { Initializer, pack, sizeOf } from './initializer.ts';

/** Gives zeros. */
export class Zeros extends Initializer {
  static override readonly className: string = 'Zeros';

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    return pack(new Float32Array(sizeOf(shape)), shape, dtype);
  }

  override prepare(): boolean {
    return true;
  }
}
