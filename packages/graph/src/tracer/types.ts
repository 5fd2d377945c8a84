import type { DType } from '@km/core';
import type { FunctionDef } from '@km/proto/saved-model';
import type { GraphDType } from '../executor/dtype.ts';

/** Length of an axis: known, unknown, or unknown but the same wherever the name occurs. */
export type OpenLength = number | string | null;

/**
 * An input of a function that is traced. Axes 0 of unknown length are one and the same batch; any other unknown axis is
 * one of its own, unless it has a name.
 */
export interface TraceSpec {
  readonly shape: readonly OpenLength[];
  readonly dtype: DType;
  /** Name of the argument; default `inputs`. */
  readonly name?: string;
}

/** A variable as functions see it; the object itself is the identity of the resource. */
export interface TracedVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Something else that functions hold, such as a lookup table, to which they have a handle. */
export interface TracedHandle {
  readonly name: string;
  /** Kind of the tensor where that is what functions get, not a handle. */
  readonly tensor?: {
    readonly dtype: GraphDType;
    readonly shape: readonly (number | null)[];
  };
}

/** What a function captures: it gets the handle as an argument behind its own. */
export type TracedResource = TracedVariable | TracedHandle;

/** Shape, with null for unknown lengths, and dtype of an output. */
export interface TracedOutput {
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
}

/** An argument of a traced function. */
export interface TracedInput extends TracedOutput {
  /** Name that the caller gave. */
  readonly name: string;
  /** Name of the argument in the definition. */
  readonly argument: string;
}

/** What a call of a function has to know. */
export interface CalledFunction {
  readonly name: string;
  /** Types of the arguments, without what the function captures. */
  readonly inputs: readonly { readonly dtype: GraphDType }[];
  readonly outputs: readonly { readonly dtype: GraphDType }[];
  /** Resources whose handles follow the inputs, in the order of the arguments. */
  readonly captures: readonly TracedResource[];
  /** True when an op inside has effects or a state, so that `StatefulPartitionedCall` calls it. */
  readonly stateful: boolean;
  /** Resources that a call changes. */
  readonly writes: readonly TracedResource[];
}

/** A function written down as a graph. */
export interface TracedFunction extends CalledFunction {
  readonly definition: FunctionDef.$Properties;
  readonly inputs: readonly TracedInput[];
  readonly outputs: readonly TracedOutput[];
}
