import type * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from '../executor/dtype.ts';
import type { GraphAttr } from './attr.ts';
import type { FunctionLibrary } from './library.ts';
import type { CalledFunction, TracedResource, TracedVariable } from './types.ts';

/** Place of a tensor among all that one run made or met. */
export type ValueIndex = number;

/** Inputs of a kernel by name; a list of tensors has the keys '0', '1' and so on. */
export type KernelInputs = ReadonlyMap<string, ValueIndex>;

/** A kernel of tfjs that ran. */
export interface KernelRecord {
  readonly type: 'kernel';
  readonly kernel: string;
  readonly inputs: KernelInputs;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly ValueIndex[];
}

/** An op of TensorFlow that code asked for by its name. */
export interface OpRecord {
  readonly type: 'op';
  readonly op: string;
  /** Handles first, then tensors. */
  readonly resources: readonly TracedResource[];
  readonly inputs: readonly ValueIndex[];
  /** Number of tensors of each input that is a list; null for an input of one tensor. */
  readonly lists: readonly (number | null)[];
  /** Types to which the tensors are converted; null leaves one as it is. */
  readonly inputTypes: readonly (GraphDType | null)[];
  readonly attrs: Readonly<Record<string, GraphAttr>>;
  readonly outputs: readonly ValueIndex[];
}

/** A variable that was read. */
export interface ReadRecord {
  readonly type: 'read';
  readonly variable: TracedVariable;
  readonly outputs: readonly [ValueIndex];
}

/** How an assignment changes a variable. */
export type AssignMode = 'set' | 'add' | 'subtract';

/** A variable that was assigned. */
export interface AssignRecord {
  readonly type: 'assign';
  readonly variable: TracedVariable;
  readonly mode: AssignMode;
  readonly inputs: readonly [ValueIndex];
  readonly outputs: readonly [];
}

/** Another function to call, which is traced by itself. */
export interface Callee {
  /** Whose function it is; calls of one owner with one key share a function. */
  readonly owner: object;
  /** Everything but tensors that the function depends on. */
  readonly key: string;
  readonly name: string;
  readonly run: (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[];
  readonly inputNames: readonly string[];
  /** Gives the function where it is written already, in place of a trace of `run`. */
  readonly given?: (library: FunctionLibrary) => CalledFunction;
}

/** A call of a function that is traced by itself. */
export interface CallRecord {
  readonly type: 'call';
  readonly callee: Callee;
  readonly inputs: readonly ValueIndex[];
  readonly outputs: readonly ValueIndex[];
}

/** A loop over the first axis of sequences. */
export interface LoopRecord {
  readonly type: 'loop';
  readonly sequences: readonly ValueIndex[];
  readonly states: readonly ValueIndex[];
  readonly body: LoopBody;
  /** Stacked outputs of the steps, then the last states. */
  readonly outputs: readonly ValueIndex[];
}

/** One step of a loop. */
export interface LoopBody {
  readonly slices: readonly ValueIndex[];
  readonly states: readonly ValueIndex[];
  readonly records: readonly TraceRecord[];
  readonly outputs: readonly ValueIndex[];
  readonly nextStates: readonly ValueIndex[];
}

/** Something that happened while a function was traced. */
export type TraceRecord =
  | KernelRecord
  | OpRecord
  | ReadRecord
  | AssignRecord
  | CallRecord
  | LoopRecord;

/** A tensor of one run. */
export interface RunValue {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  /** Values of a constant; null for what is computed and for arguments. */
  readonly data: tf.BackendValues | null;
}

/** All that one run did. */
export interface Tape {
  readonly values: readonly RunValue[];
  readonly inputs: readonly ValueIndex[];
  readonly outputs: readonly ValueIndex[];
  readonly records: readonly TraceRecord[];
  /** All records, those of steps of loops too, in the order in which they were made. */
  readonly order: readonly TraceRecord[];
}
