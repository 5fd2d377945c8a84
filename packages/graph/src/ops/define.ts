import { LimitError, MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, OpBuilder, OpNode } from '../executor/op-node.ts';
import { onDevice, type Value } from '../executor/values.ts';

/** Makes the op of a function of tensors that calls one operation of tfjs. */
export function onTensors(compute: (...tensors: tf.Tensor[]) => tf.Tensor): OpBuilder {
  return () => (inputs) => compute(...inputs.map(onDevice));
}

/** Makes the op of a function of tensors that depends on attributes; what it makes besides its result is freed. */
export function composed(
  make: (node: OpNode) => (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): OpBuilder {
  return (node) => {
    const compute = make(node);
    return (inputs) => tf.tidy(() => compute(...inputs.map(onDevice)));
  };
}

/** Makes a kernel whose temporary tensors are freed. */
export function tidied(kernel: (inputs: readonly Value[]) => tf.Tensor | tf.Tensor[]): Kernel {
  return (inputs) => tf.tidy(() => kernel(inputs));
}

/** The input of an index; the number of inputs has been checked when the graph was compiled. */
export function inputAt(inputs: readonly Value[], index: number): Value {
  const value = inputs[index];
  if (value === undefined) throw new MalformedError(`The node has no input ${index}.`);
  return value;
}

/** Most elements of a tensor that is made from its shape alone; 1 GiB of floats. */
const MAX_ELEMENTS: number = 256 * 1024 * 1024;

/** Most elements of a tensor that is made in JavaScript, where each takes eight bytes or more; half a GiB. */
export const MAX_HOST_ELEMENTS: number = 64 * 1024 * 1024;

/** Checks a shape that a graph has computed. @throws MalformedError or LimitError. */
export function checkedShape(shape: readonly number[], most: number = MAX_ELEMENTS): number[] {
  let size = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new MalformedError(`A graph makes a tensor of shape [${shape.join(', ')}].`);
    }
    size *= length;
  }
  if (size <= most) return [...shape];
  throw new LimitError(
    `A graph makes a tensor of shape [${shape.join(', ')}]; at most ${most} elements are made.`,
  );
}

/** Resolves an axis that may count from the end. @throws MalformedError outside of the rank. */
export function axisOf(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(resolved) && resolved >= 0 && resolved < Math.max(rank, 1)) return resolved;
  throw new MalformedError(`A tensor of ${rank} axes has no axis ${axis}.`);
}
