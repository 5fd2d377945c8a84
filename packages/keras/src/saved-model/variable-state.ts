import {
  HostTensor,
  type PartialShape,
  recordOfValue,
  type Value,
  type VariableState,
  valueOfRecord,
} from '@km/graph';
import type { Variable } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';

/** Types whose values do not fit into tensors of tfjs and stay in JavaScript. */
const EXACT: ReadonlySet<string> = new Set(['int64', 'uint64', 'uint32', 'string']);

/** Lets functions read and assign a variable of a model. */
export function stateOfVariable(variable: Variable): VariableState {
  const shape: PartialShape = variable.shape;
  return {
    name: variable.name,
    dtype: variable.dtype,
    shape,
    isInitialized: () => true,
    read(): Value {
      return EXACT.has(variable.dtype) ? valueOfRecord(variable.record()) : variable.read();
    },
    assign(value: Value): void {
      if (value instanceof tf.Tensor && !EXACT.has(variable.dtype)) variable.assign(value);
      else if (value instanceof tf.Tensor || value instanceof HostTensor) {
        variable.assign(recordOfValue(value, variable.dtype));
      } else
        throw new TypeError(`The variable ${variable.name} is set to something that is no tensor.`);
    },
  };
}
