import { isKmError, MalformedError, messageOf } from '@km/core';
import type { Kernel } from './op-node.ts';
import type { Run } from './run.ts';
import { DEAD, release, type Value } from './values.ts';

/** Values of a running function by their places. */
export type Slots = Value[];

/** Runs one node, or one loop. */
export type Step = (slots: Slots, run: Run) => void;

/** Makes the step that calls a kernel with the values of some places and puts its outputs into others. */
export function kernelStep(
  kernel: Kernel,
  inputs: readonly number[],
  firstSlot: number,
  where: string,
): Step {
  const [a = 0, b = 0] = inputs;
  const gather = gatherer(inputs, a, b);
  return (slots, run) => {
    let outputs: Value | readonly Value[];
    try {
      outputs = kernel(gather(slots), run);
    } catch (error) {
      throw inContext(error, where);
    }
    if (isList(outputs)) {
      for (let i = 0; i < outputs.length; i++) slots[firstSlot + i] = outputs[i] ?? DEAD;
    } else slots[firstSlot] = outputs;
  };
}

function isList(outputs: Value | readonly Value[]): outputs is readonly Value[] {
  return Array.isArray(outputs);
}

function gatherer(
  inputs: readonly number[],
  a: number,
  b: number,
): (slots: Slots) => readonly Value[] {
  if (inputs.length === 1) return (slots) => [slots[a] ?? DEAD];
  if (inputs.length === 2) return (slots) => [slots[a] ?? DEAD, slots[b] ?? DEAD];
  return (slots) => inputs.map((slot) => slots[slot] ?? DEAD);
}

/** Frees the values of places after a step. */
export function freeing(step: Step, places: readonly number[]): Step {
  if (places.length === 0) return step;
  return (slots, run) => {
    step(slots, run);
    for (const place of places) {
      release(slots[place]);
      slots[place] = DEAD;
    }
  };
}

/** Skips a step when a value that it needs is dead; its outputs are dead then, too. */
export function skippingDead(
  step: Step,
  needs: readonly number[],
  firstSlot: number,
  outputs: number,
): Step {
  return (slots, run) => {
    if (needs.some((slot) => slots[slot] === DEAD))
      slots.fill(DEAD, firstSlot, firstSlot + outputs);
    else step(slots, run);
  };
}

const seen = new WeakSet<object>();

/** Says in which node of a graph something failed; whatever a graph breaks is an error of the graph. */
export function inContext(error: unknown, where: string): unknown {
  if (typeof error === 'object' && error !== null && seen.has(error)) return error;
  if (isKmError(error) && error.message.includes(where)) return error;
  const message = `${where}: ${messageOf(error)}`;
  if (!isKmError(error)) return marked(new MalformedError(message, { cause: error }));
  error.message = message;
  return marked(error);
}

function marked<E extends object>(error: E): E {
  seen.add(error);
  return error;
}
