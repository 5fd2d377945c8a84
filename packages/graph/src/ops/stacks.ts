import { MalformedError } from '@km/core';
import type { OpFamily } from '../executor/op-node.ts';
import { Resource, share, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { keptUntilEnd } from './tensor-array.ts';

/** A stack of tensors of TensorFlow 1, on which loops leave what their gradients need. */
class Stack extends Resource {
  override readonly kind = 'stack';
  readonly values: Value[] = [];
}

function stackOf(value: Value): Stack {
  if (value instanceof Stack) return value;
  throw new MalformedError('A graph uses something else as a stack.');
}

/** Ops of the stacks of TensorFlow 1. */
export const stackOps: OpFamily = {
  StackV2: () => ({ kernel: () => new Stack(), outputs: ['borrowed'] }),
  StackPushV2: () => (inputs, run) => {
    const value = inputAt(inputs, 1);
    stackOf(inputAt(inputs, 0)).values.push(keptUntilEnd(value, run));
    return share(value);
  },
  StackPopV2: () => (inputs) => {
    const top = stackOf(inputAt(inputs, 0)).values.pop();
    if (top === undefined) throw new MalformedError('An empty stack is read.');
    return share(top);
  },
  StackCloseV2: () => () => [],
};
