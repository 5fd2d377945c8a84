import type { DType } from '@km/core';
import { recordOfFlat, sizeOf } from '../../engine/flat.ts';
import { Variable } from '../../engine/variable.ts';

/** Makes a variable that holds a state from one batch to the next; it starts at zero and is no weight. */
export function stateVariable(shape: readonly number[], dtype: DType, name: string): Variable {
  const record = recordOfFlat(dtype, shape, new Float32Array(sizeOf(shape)));
  return new Variable(record, { name, trainable: false });
}
