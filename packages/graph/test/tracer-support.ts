import { decodeProto, encodeProto } from '@km/proto';
import { FunctionDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import {
  type FunctionLibrary,
  GraphExecutor,
  GraphVariable,
  isTracing,
  type TracedFunction,
  type TracedVariable,
  toTensor,
  tracedAssign,
  tracedRead,
  VariableResource,
} from '../src/index.ts';

/** A variable as the layers have them, for functions that are traced and for the executor. */
export class TestVariable implements TracedVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype = 'float32';
  readonly state: GraphVariable;

  constructor(name: string, value: tf.Tensor) {
    this.name = name;
    this.shape = value.shape;
    this.state = new GraphVariable(name, 'float32', value.shape);
    this.state.assign(value);
  }

  read(): tf.Tensor {
    return isTracing() ? tracedRead(this, 'float32') : (this.state.read() as tf.Tensor);
  }

  assign(value: tf.Tensor): void {
    if (isTracing()) tracedAssign(this, value, 'set');
    else this.state.assign(value);
  }

  assignSub(value: tf.Tensor): void {
    if (isTracing()) tracedAssign(this, value, 'subtract');
    else this.state.assign(tf.sub(this.read(), value));
  }

  values(): number[] {
    return Array.from((this.state.read() as tf.Tensor).dataSync());
  }
}

/** Runs a traced function of a library with the executor. */
export function runTraced(
  traced: TracedFunction,
  library: FunctionLibrary,
  inputs: readonly tf.Tensor[],
): tf.Tensor[] {
  const definitions = new Map(
    library.definitions.map((definition) => {
      const decoded = decodeProto(FunctionDef, encodeProto(FunctionDef, definition));
      return [decoded.signature?.name ?? '', decoded];
    }),
  );
  const executor = new GraphExecutor({ get: (name) => definitions.get(name) });
  const captures = traced.captures.map((each) => {
    if (!(each instanceof TestVariable)) throw new TypeError(`captures ${each.name}`);
    return new VariableResource(each.state);
  });
  return executor
    .function(traced.name)
    .run([...inputs, ...captures])
    .map(toTensor);
}

/** Ops of a definition, in order. */
export function opsOf({ nodeDef = [] }: FunctionDef.$Properties): string[] {
  return nodeDef.map(({ op = '' }) => op);
}
