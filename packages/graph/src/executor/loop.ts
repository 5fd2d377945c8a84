import type { Loop } from './frames.ts';
import type { Step } from './step.ts';
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
  return (slots, run) => {
    for (const slot of [...closing, ...exits]) slots[slot] = DEAD;
    for (const { slot, from } of entries) slots[slot] = slots[from] ?? DEAD;
    if (entries.every(({ slot }) => slots[slot] === DEAD)) return;
    let carried: Value[] = [];
    do {
      run.spend(steps.length);
      for (const step of steps) step(slots, run);
      for (const { slot, constant } of entries) if (!constant) slots[slot] = DEAD;
      const made = new Set([...carried, ...owned.map((slot) => slots[slot] ?? DEAD)]);
      const kept = new Set([...closing, ...exits].map((slot) => slots[slot]));
      for (const value of made) if (!kept.has(value)) release(value);
      carried = [...made].filter((value) => kept.has(value));
    } while (closing.some((slot) => slots[slot] !== DEAD));
  };
}
