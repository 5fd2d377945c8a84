import type { TraceRecord, ValueIndex } from './records.ts';

/** Records without which the outputs or an effect would be missing. */
export function liveRecords(
  records: readonly TraceRecord[],
  outputs: readonly ValueIndex[],
): TraceRecord[] {
  const needed = new Set(outputs);
  const live: TraceRecord[] = [];
  for (const record of [...records].reverse()) {
    if (!hasEffect(record) && !record.outputs.some((output) => needed.has(output))) continue;
    live.push(record);
    for (const input of inputsOf(record)) needed.add(input);
  }
  return live.reverse();
}

/** Calls are kept because only their functions know what they change. */
function hasEffect({ type, outputs }: TraceRecord): boolean {
  return type === 'assign' || type === 'call' || (type === 'op' && outputs.length === 0);
}

/** Tensors that a record uses, for a loop also those that its step takes from outside. */
export function inputsOf(record: TraceRecord): readonly ValueIndex[] {
  switch (record.type) {
    case 'kernel':
      return [...record.inputs.values()];
    case 'read':
      return [];
    case 'loop': {
      const { slices, states, outputs, nextStates } = record.body;
      const inner = liveRecords(record.body.records, [...outputs, ...nextStates]);
      const made = new Set([...slices, ...states, ...inner.flatMap((each) => each.outputs)]);
      const used = [...inner.flatMap((each) => inputsOf(each)), ...outputs, ...nextStates];
      const outside = used.filter((value) => !made.has(value));
      return [...record.sequences, ...record.states, ...new Set(outside)];
    }
    default:
      return record.inputs;
  }
}
