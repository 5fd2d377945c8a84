import type * as tf from '@tensorflow/tfjs-core';
import { joined, type RunNumber } from './numbers.ts';
import type { KernelRecord, LoopRecord, Tape, TraceRecord, ValueIndex } from './records.ts';

/** A tensor as all runs saw it. */
export interface MergedValue {
  readonly shape: readonly RunNumber[];
  readonly dtype: tf.DataType;
  /** Values of a constant, per run. */
  readonly data: readonly tf.BackendValues[] | null;
}

/** What a function does, whatever the lengths of the unknown axes; numbers among the attributes may vary. */
export interface MergedTrace {
  readonly runs: number;
  readonly values: readonly MergedValue[];
  readonly inputs: readonly ValueIndex[];
  readonly outputs: readonly ValueIndex[];
  readonly records: readonly TraceRecord[];
  /** Places of the records in the order in which they were made. */
  readonly places: ReadonlyMap<TraceRecord, number>;
}

/** Tells that the runs did different things, and where they parted. */
export class RunsDiffer extends Error {
  /** Place of the first record that differs. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Joins runs with different lengths of the unknown axes. @throws RunsDiffer */
export function mergeRuns(tapes: readonly Tape[]): MergedTrace {
  const [first] = tapes;
  if (first === undefined) throw new TypeError('There is no run to merge.');
  for (const tape of tapes.slice(1)) compareOrders(first, tape);
  const places = new Map<TraceRecord, number>();
  const merged = new Map<TraceRecord, TraceRecord>();
  first.order.forEach((record, place) => {
    const same = tapes.map((tape) => tape.order[place] ?? record);
    const joint = mergeRecord(record, same, merged, place);
    merged.set(record, joint);
    places.set(joint, place);
  });
  return {
    runs: tapes.length,
    values: first.values.map((_, index) => mergeValue(tapes, index)),
    inputs: first.inputs,
    outputs: first.outputs,
    records: first.records.map((record) => merged.get(record) ?? record),
    places,
  };
}

function compareOrders(first: Tape, other: Tape): void {
  const places = Math.max(first.order.length, other.order.length);
  for (let place = 0; place < places; place++) {
    const [a, b] = [first.order[place], other.order[place]];
    if (
      a !== undefined &&
      b !== undefined &&
      fingerprint(a) === fingerprint(b) &&
      sameObjects(a, b)
    )
      continue;
    const what = describe(a ?? b);
    throw new RunsDiffer(`which operations run depends on the length of an axis: ${what}`, place);
  }
  if (other.outputs.join() === first.outputs.join() && other.values.length === first.values.length)
    return;
  throw new RunsDiffer('what is returned depends on the length of an axis', places - 1);
}

/** Name of what a record does, for messages. */
export function describe(record: TraceRecord | undefined): string {
  switch (record?.type) {
    case 'kernel':
      return record.kernel;
    case 'op':
      return record.op;
    case 'read':
    case 'assign':
      return `${record.type} of ${record.variable.name}`;
    case 'call':
      return `call of ${record.callee.name}`;
    default:
      return 'loop';
  }
}

/** Everything but attributes and objects. */
function fingerprint(record: TraceRecord): string {
  switch (record.type) {
    case 'kernel':
      return `${record.kernel} ${[...record.inputs].join()} ${record.outputs.join()}`;
    case 'op':
      return `op ${record.op} ${record.inputs.join()} ${record.outputs.join()}`;
    case 'read':
      return `read ${record.outputs.join()}`;
    case 'assign':
      return `${record.mode} ${record.inputs.join()}`;
    case 'call':
      return `call ${record.callee.key} ${record.inputs.join()} ${record.outputs.join()}`;
    case 'loop':
      return loopFingerprint(record);
  }
}

function loopFingerprint({ sequences, states, body, outputs }: LoopRecord): string {
  const parts = [
    sequences,
    states,
    body.slices,
    body.states,
    body.outputs,
    body.nextStates,
    outputs,
  ];
  return `loop ${parts.map((part) => part.join()).join(' ')} ${body.records.length}`;
}

function sameObjects(a: TraceRecord, b: TraceRecord): boolean {
  if (a.type === 'read' && b.type === 'read') return a.variable === b.variable;
  if (a.type === 'assign' && b.type === 'assign') return a.variable === b.variable;
  if (a.type === 'call' && b.type === 'call') return a.callee.owner === b.callee.owner;
  return a.type === b.type;
}

function mergeRecord(
  record: TraceRecord,
  same: readonly TraceRecord[],
  merged: ReadonlyMap<TraceRecord, TraceRecord>,
  place: number,
): TraceRecord {
  if (record.type === 'loop') {
    const records = record.body.records.map((inner) => merged.get(inner) ?? inner);
    return { ...record, body: { ...record.body, records } };
  }
  if (record.type !== 'kernel') return record;
  const attrs = same.map((each) => (each as KernelRecord).attrs);
  return { ...record, attrs: mergeAttrs(attrs, place) as KernelRecord['attrs'] };
}

/** Joins attributes; numbers that differ become one that varies. */
function mergeAttrs(values: readonly unknown[], place: number): unknown {
  const [first] = values;
  if (values.every((value) => Object.is(value, first))) {
    if (typeof first !== 'object' || first === null) return first;
  }
  if (values.every((value) => typeof value === 'number')) return joined(values);
  if (values.every(Array.isArray)) {
    const lists = values as readonly (readonly unknown[])[];
    const [list = []] = lists;
    if (lists.every(({ length }) => length === list.length)) {
      return list.map((_, i) =>
        mergeAttrs(
          lists.map((each) => each[i]),
          place,
        ),
      );
    }
  } else if (values.every((value) => typeof value === 'object' && value !== null)) {
    const objects = values as readonly Readonly<Record<string, unknown>>[];
    return Object.fromEntries(
      Object.keys(objects[0] ?? {}).map((key) => [
        key,
        mergeAttrs(
          objects.map((each) => each[key]),
          place,
        ),
      ]),
    );
  }
  throw new RunsDiffer('a setting of an operation depends on the length of an axis', place);
}

function mergeValue(tapes: readonly Tape[], index: ValueIndex): MergedValue {
  const all = tapes.flatMap((tape) => tape.values[index] ?? []);
  const [first] = all;
  if (first === undefined) return { shape: [], dtype: 'float32', data: null };
  const sameKind = all.every(
    ({ shape, dtype, data }) =>
      shape.length === first.shape.length &&
      dtype === first.dtype &&
      (data === null) === (first.data === null),
  );
  if (!sameKind) {
    throw new RunsDiffer('the rank of a tensor depends on the length of an axis', 0);
  }
  return {
    shape: first.shape.map((_, axis) => joined(all.map(({ shape }) => shape[axis] ?? 0))),
    dtype: first.dtype,
    data: first.data === null ? null : all.flatMap(({ data }) => (data === null ? [] : [data])),
  };
}
