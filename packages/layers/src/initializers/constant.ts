import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { Initializer, pack, sizeOf } from './initializer.ts';

/** A number, or nested numbers. */
export type ConstantValue = number | boolean | readonly ConstantValue[];

/** Arguments of `Constant`. */
export interface ConstantConfig {
  readonly value?: ConstantValue;
}

/** Gives one number everywhere, or the numbers of a list that fills the shape. */
export class Constant extends Initializer {
  static override readonly className: string = 'Constant';
  readonly value: ConstantValue;

  constructor(config: ConstantConfig = {}) {
    super();
    this.value = config.value ?? 0;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    const numbers = flattenNumbers(this.value, 0);
    const size = sizeOf(shape);
    if (numbers.length === size) return pack(numbers, shape, dtype);
    if (numbers.length !== 1) {
      throw new RangeError(
        `Constant holds ${numbers.length} numbers, which do not fill the shape [${shape.join(', ')}].`,
      );
    }
    return pack(new Float64Array(size).fill(numbers[0] ?? 0), shape, dtype);
  }

  override get_config(): Config {
    return { value: this.value };
  }
}

function flattenNumbers(value: ConstantValue, depth: number): number[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [Number(value)];
  if (depth >= 100) throw new RangeError('Constant is nested more than 100 levels deep.');
  return value.flatMap((item) => flattenNumbers(item, depth + 1));
}
