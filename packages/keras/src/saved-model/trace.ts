import { isKmError, type KmError, MalformedError, UnsupportedError } from '@km/core';
import {
  deviceDType,
  type GraphExecutor,
  type GraphFunction,
  HostTensor,
  toTensor,
  type Value,
} from '@km/graph';
import type { ConcreteFunction } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { pack } from './pack.ts';
import type { StructuredOutput } from './values.ts';

/** What keeps a function from running here: an op that is not known, or damage; null when nothing does. */
export function problemOf(compile: () => unknown): KmError | null {
  try {
    compile();
    return null;
  } catch (error) {
    if (isKmError(error)) return error;
    throw error;
  }
}

/** Callers give what the signature says, so that another type in the function is a contradiction of the file. */
function requireTypes({ name, inputs }: GraphFunction, values: readonly Value[]): void {
  for (const [i, value] of values.entries()) {
    const wanted = inputs[i];
    if (wanted === undefined || !(value instanceof tf.Tensor || value instanceof HostTensor)) {
      continue;
    }
    const type = value instanceof HostTensor ? wanted.dtype : deviceDType(wanted.dtype);
    if (value.dtype === type) continue;
    throw new MalformedError(
      `${name} takes ${wanted.name} as ${wanted.dtype}, but gets a ${value.dtype}; the SavedModel is damaged.`,
    );
  }
}

/** One trace of a function with what it captured; it is compiled when it is first needed. */
export class Trace {
  readonly concrete: ConcreteFunction;
  readonly #executor: GraphExecutor;
  readonly #capture: (node: number) => Value;
  #compiled: GraphFunction | undefined;
  #captures: readonly Value[] | undefined;

  /** @param capture Finds the value of a captured object by the index of its node. */
  constructor(
    concrete: ConcreteFunction,
    executor: GraphExecutor,
    capture: (node: number) => Value,
  ) {
    this.concrete = concrete;
    this.#executor = executor;
    this.#capture = capture;
  }

  /**
   * The compiled function; its last inputs are what it captured.
   * @throws UnsupportedError naming op and node for ops that cannot run; MalformedError for damaged functions.
   */
  compile(): GraphFunction {
    this.#compiled ??= this.#executor.function(this.concrete.name);
    return this.#compiled;
  }

  /** Runs it with values for its own arguments. @throws as `GraphFunction.run` does. */
  run(inputs: readonly Value[]): Value[] {
    const compiled = this.compile();
    const wanted = compiled.inputs.length - this.concrete.boundInputs.length;
    if (wanted !== inputs.length) {
      throw new UnsupportedError(
        `${this.concrete.name} takes ${wanted} tensors, but its signature has ${inputs.length}.`,
      );
    }
    this.#captures ??= this.concrete.boundInputs.map(this.#capture);
    const all = [...inputs, ...this.#captures];
    requireTypes(compiled, all);
    return compiled.run(all);
  }

  /** Calls it with tensors; what it returns has the structure that it has in Python. */
  call(inputs: readonly tf.Tensor[]): StructuredOutput {
    let result: StructuredOutput = null;
    tf.tidy(() => {
      const tensors = this.run(inputs).map(toTensor);
      result = pack(this.concrete.outputSignature, tensors);
      return tensors;
    });
    return result;
  }
}
