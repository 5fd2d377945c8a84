import * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from '../executor/dtype.ts';
import type { GraphAttr } from './attr.ts';
import { Recorder, type RecorderOptions, type RunKernel, type TracedStep } from './recorder.ts';
import type { AssignMode, Callee } from './records.ts';
import type { TracedResource, TracedVariable } from './types.ts';

const state: { recorder: Recorder | null } = { recorder: null };

/** True while a function is being traced, also inside of functions that it calls. */
export function isTracing(): boolean {
  return state.recorder !== null;
}

/** What is noted now. @throws TypeError when no function is being traced. */
function recorder(): Recorder {
  if (state.recorder !== null) return state.recorder;
  throw new TypeError('No function is being traced: ask isTracing() first.');
}

/** Runs a function while everything it does is noted; the shape-only backend has to be active. */
export function withRecorder<T>(options: RecorderOptions, run: (recorder: Recorder) => T): T {
  const engine = tf.engine();
  const outer = state.recorder;
  const replaced = Object.getOwnPropertyDescriptor(engine, 'runKernel');
  // A trace inside of a trace must not be noted by the outer one.
  const plain = (Object.getPrototypeOf(engine) as typeof engine).runKernel;
  const inner = new Recorder(plain, options);
  state.recorder = inner;
  engine.runKernel = ((name, inputs, attrs) => inner.runKernel(name, inputs, attrs)) as RunKernel;
  try {
    return run(inner);
  } finally {
    inner.end();
    state.recorder = outer;
    if (replaced === undefined) Reflect.deleteProperty(engine, 'runKernel');
    else Object.defineProperty(engine, 'runKernel', replaced);
  }
}

/** The value of a variable in the function that is being traced, in the dtype it has on a backend. */
export function tracedRead(variable: TracedVariable, dtype: tf.DataType): tf.Tensor {
  return recorder().read(variable, dtype);
}

/** Writes an assignment into the function that is being traced. */
export function tracedAssign(variable: TracedVariable, value: tf.Tensor, mode: AssignMode): void {
  recorder().assign(variable, value, mode);
}

/**
 * Writes a call of another function into the function that is being traced, and returns what it returns. Null when the
 * caller has to run the function itself: inside of loops, and of functions that are called.
 */
export function tracedCall(
  callee: Callee,
  inputs: readonly tf.Tensor[],
): readonly tf.Tensor[] | null {
  return recorder().call(callee, inputs);
}

/** Runs something in which functions that could be called are written out. */
export function tracedInline<T>(run: () => T): T {
  return recorder().inline(run);
}

/**
 * Writes a loop over the first axis of sequences, all equally long, into the function that is being traced. Returns
 * the stacked outputs of the steps and the states behind the last one.
 */
export function tracedLoop(
  step: TracedStep,
  sequences: readonly tf.Tensor[],
  states: readonly tf.Tensor[],
): { readonly outputs: readonly tf.Tensor[]; readonly states: readonly tf.Tensor[] } {
  return recorder().loop(step, sequences, states);
}

/** An op of TensorFlow by its name. */
export interface TracedOp {
  readonly op: string;
  /** Handles that are the first inputs. */
  readonly resources?: readonly TracedResource[];
  /** What the op takes besides: a tensor, or a list of them, for each input. */
  readonly inputs: readonly (tf.Tensor | readonly tf.Tensor[])[];
  /** Types to which the tensors are converted, in flattened order, where those of tfjs do not do. */
  readonly inputTypes?: readonly (GraphDType | null)[];
  readonly attrs?: Readonly<Record<string, GraphAttr>>;
  /** Shapes and dtypes of the outputs, as tfjs has them. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dtype: tf.DataType }[];
}

/** Writes an op of TensorFlow that no kernel of tfjs stands for into the function that is being traced. */
export function tracedOp({
  op,
  resources = [],
  inputs,
  inputTypes,
  attrs = {},
  outputs,
}: TracedOp): tf.Tensor[] {
  const tensors = inputs.flat() as tf.Tensor[];
  const types = inputTypes ?? tensors.map(() => null);
  const lists = inputs.map((input) => (Array.isArray(input) ? input.length : null));
  return recorder().op({ op, resources, lists, inputTypes: types, attrs }, tensors, outputs);
}

/** A length that stands for one which only values decide, such as a number of tokens. */
export function tracedLength(): number {
  return recorder().unknownLength();
}

/** Runs something when the present run of the function that is being traced ends, to put back what it changed. */
export function whenRunEnds(cleanup: () => void): void {
  recorder().atEnd(cleanup);
}
