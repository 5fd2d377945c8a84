import type { Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { META } from '../meta/index.ts';
import type { Compiled } from './compiled.ts';
import { deviceDType, type GraphDType } from './dtype.ts';
import { HostTensor } from './host-tensor.ts';
import { recordOfValue, valueOfRecord } from './records.ts';
import type { Run } from './run.ts';
import { ComplexTensor, onDevice, onHost, share, type Value, Variant } from './values.ts';

/** An input or output with its name and the type that the graph gives it. */
export interface Named {
  readonly name: string;
  readonly dtype: GraphDType;
}

/** A function or a part of a graph that is ready to be called. */
export class GraphFunction {
  readonly name: string;
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  readonly #compiled: Compiled;
  readonly #start: () => Run;

  constructor(
    compiled: Compiled,
    inputs: readonly Named[],
    outputs: readonly Named[],
    start: () => Run,
  ) {
    this.name = compiled.name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#compiled = compiled;
    this.#start = start;
  }

  /**
   * Calls the function; inputs stay the caller's, outputs become the caller's.
   * @throws TypeError for wrong inputs; MalformedError for what the graph itself does wrong, failed assertions included.
   */
  run(inputs: readonly Value[]): Value[] {
    this.#check(inputs);
    const run = this.#start();
    const given = inputs.map(withTextsOnHost);
    let values: Value[] = [];
    tf.tidy(() => {
      try {
        const { origins } = this.#compiled;
        values = this.#compiled
          .run(given, run)
          .map((value, i) => (origins[i] === 'owned' ? value : share(value)));
      } catch (error) {
        discardTape();
        throw error;
      } finally {
        run.end();
      }
      return values.flatMap(tensorsIn);
    });
    return values;
  }

  /**
   * Calls the function with tensors of tfjs; a function that takes resources is called with `run`.
   * @throws as `run` does; LimitError when an output does not fit into 32 bits.
   */
  call(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => this.run(inputs).map((value) => tf.clone(onDevice(value))));
  }

  /** Calls the function with arrays, which keep 64-bit integers and strings exact. @throws as `run` does. */
  callRecords(inputs: readonly TensorRecord[]): TensorRecord[] {
    let records: TensorRecord[] = [];
    tf.tidy(() => {
      const values = this.run(inputs.map(valueOfRecord));
      records = values.map((value, i) => recordOfValue(value, this.outputs[i]?.dtype ?? 'unknown'));
    });
    return records;
  }

  #check(inputs: readonly Value[]): void {
    if (inputs.length !== this.inputs.length) {
      throw new TypeError(`${this.name} takes ${this.inputs.length} inputs, got ${inputs.length}.`);
    }
    for (const [i, { name, dtype }] of this.inputs.entries()) {
      const given = inputs[i];
      const type = given instanceof tf.Tensor ? given.dtype : undefined;
      if (type !== undefined && type !== deviceDType(dtype)) {
        throw new TypeError(
          `${this.name} takes ${name} as ${dtype}, which is a tensor of ${deviceDType(dtype)} here, got ${type}.`,
        );
      }
      if (given instanceof HostTensor && given.dtype !== dtype) {
        throw new TypeError(`${this.name} takes ${name} as ${dtype}, got ${given.dtype}.`);
      }
    }
  }
}

/** Texts lie in JavaScript, because few kernels of backends take them; without values they stay where they are. */
function withTextsOnHost(value: Value): Value {
  const isText = value instanceof tf.Tensor && value.dtype === 'string';
  return isText && tf.getBackend() !== META ? onHost(value, 'string') : value;
}

/** Frees what tfjs has kept for a gradient that failed; it does so itself only where the gradient succeeds. */
function discardTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = [];
}

/** Tensors of tfjs that a value consists of. */
function tensorsIn(value: Value): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (value instanceof Variant) return value.parts().flatMap(tensorsIn);
  return value instanceof ComplexTensor ? [value.real, value.imag] : [];
}
