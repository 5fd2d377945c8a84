import * as tf from '@tensorflow/tfjs-core';

/** Shape and dtype of a tensor. */
export interface MetaSpec {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** Inputs of a kernel; a list of inputs has the keys '0', '1' and so on. */
export type MetaInputs = Readonly<Record<string, MetaSpec | undefined>>;

/** Gives shapes and dtypes of a kernel's outputs from those of its inputs and from its attributes. */
export type MetaInference<A = object> = (
  inputs: MetaInputs,
  attrs: A,
) => MetaSpec | readonly MetaSpec[];

/** A kernel of the shape-only backend. */
export interface MetaKernel {
  readonly kernelName: string;
  readonly infer: MetaInference;
}

/** Describes a kernel; the type of its attributes is the caller's promise. */
export function metaKernel<A>(kernelName: string, infer: MetaInference<A>): MetaKernel {
  return { kernelName, infer: (inputs, attrs) => infer(inputs, attrs as A) };
}

/** Returns an input that the kernel cannot do without. */
export function input(inputs: MetaInputs, name: string): MetaSpec {
  const found = inputs[name];
  if (found === undefined) throw new TypeError(`the kernel needs the input '${name}'`);
  return found;
}

/** Returns the inputs of a kernel that takes a list. */
export function inputList(inputs: MetaInputs): MetaSpec[] {
  return Object.values(inputs).filter((spec) => spec !== undefined);
}

/** Counts the elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Resolves a negative axis. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Returns the shape that two shapes broadcast to. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
}
