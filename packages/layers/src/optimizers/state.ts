import type { DType } from '@km/core';
import { newFlat, recordOfFlat, sizeOf } from '../engine/flat.ts';
import { Variable } from '../engine/variable.ts';

/** Makes a variable of an optimizer, filled with one number. */
export function filledVariable(
  name: string,
  shape: readonly number[],
  dtype: DType,
  fill: number,
): Variable {
  const numbers = newFlat(dtype, sizeOf(shape)).fill(fill);
  return new Variable(recordOfFlat(dtype, shape, numbers), { name, trainable: false });
}

/** Makes a scalar variable of an optimizer. */
export function scalarVariable(name: string, dtype: DType, value: number): Variable {
  return filledVariable(name, [], dtype, value);
}
