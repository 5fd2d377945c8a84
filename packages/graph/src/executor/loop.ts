import type { Loop } from './frames.ts';
import type { Slots, Step } from './step.ts';
import { DEAD, release, type Value } from './values.ts';

/**
 * Makes the step that runs a loop of TensorFlow 1 until nothing goes on to a next iteration.
 *
 * In the first iteration the Merge nodes take what the Enter nodes bring, in the others what the NextIteration nodes of
 * the one before gave, which still lies in their places.
 */
export function loopStep(
  loop: Loop,
  steps: readonly Step[],
  isOwned: (slot: number) => boolean,
): Step {
  const entries = loop.enters.map(({ firstSlot, inputs, attrs }) => ({
    slot: firstSlot,
    from: inputs[0]?.slot ?? -1,
    constant: attrs.bool('is_constant'),
  }));
  const closing = loop.merges.flatMap(({ inputs }) => inputs[1]?.slot ?? []);
  const exits = loop.exits.map(({ firstSlot }) => firstSlot);
  const owned = loop.nodes.flatMap((node) =>
    node.outputTypes.map((_, i) => node.firstSlot + i).filter(isOwned),
  );
  const once = entries.filter(({ constant }) => !constant).map(({ slot }) => slot);
  const enter = (slots: Slots): boolean => {
    for (const { slot, from } of entries) slots[slot] = slots[from] ?? DEAD;
    return entries.some(({ slot }) => slots[slot] !== DEAD);
  };
  const isOver = (slots: Slots): boolean => closing.every((slot) => slots[slot] === DEAD);
  const valuesAt = (slots: Slots, places: readonly number[]): Value[] =>
    places.map((slot) => slots[slot] ?? DEAD);
  return (slots, run) => {
    for (const slot of [...closing, ...exits]) slots[slot] = DEAD;
    if (!enter(slots)) return;
    let carried: Value[] = [];
    do {
      run.spend(steps.length);
      for (const step of steps) step(slots, run);
      for (const slot of once) slots[slot] = DEAD;
      const kept = new Set(valuesAt(slots, [...closing, ...exits]));
      carried = keepOnly([...carried, ...valuesAt(slots, owned)], kept);
    } while (!isOver(slots));
  };
}

/** Frees the values that do not go on; returns the others. */
function keepOnly(values: readonly Value[], kept: ReadonlySet<Value>): Value[] {
  const distinct = new Set(values);
  for (const value of distinct) if (!kept.has(value)) release(value);
  return [...distinct].filter((value) => kept.has(value));
}
