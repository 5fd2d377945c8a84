import { UnsupportedError } from '@km/core';
import type { FunctionDef } from '@km/proto/saved-model';
import { type GraphDType, ownDType } from '../executor/dtype.ts';
import { opDef } from '../executor/op-def.ts';
import * as attr from './attr.ts';
import type { GraphTensor, NodeInput } from './emitter.ts';
import { KernelCall } from './kernel-call.ts';
import { kernelWriter } from './kernels/index.ts';
import { liveRecords } from './live.ts';
import { describe } from './merge.ts';
import { Varying } from './numbers.ts';
import type {
  AssignMode,
  AssignRecord,
  Callee,
  CallRecord,
  KernelRecord,
  LoopRecord,
  OpRecord,
  ReadRecord,
  TraceRecord,
  ValueIndex,
} from './records.ts';
import type { FunctionScope } from './scope.ts';
import type { CalledFunction, TraceSpec } from './types.ts';

/** What writing a function needs of the library around. */
export interface FunctionServices {
  /** The function that a call calls, traced for these inputs. */
  callee(callee: Callee, specs: readonly TraceSpec[]): CalledFunction;
  /** Adds a function that only this one uses; returns its name. */
  define(base: string, make: (name: string) => FunctionDef.$Properties): string;
  writeLoop(record: LoopRecord, scope: FunctionScope, services: FunctionServices): void;
}

/** Tells which record could not be written. */
export class NotWritable extends Error {
  readonly record: TraceRecord;

  constructor(record: TraceRecord, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.record = record;
  }
}

/** Writes the records that outputs and effects need. @throws NotWritable */
export function writeRecords(
  records: readonly TraceRecord[],
  outputs: readonly ValueIndex[],
  scope: FunctionScope,
  services: FunctionServices,
): void {
  for (const record of liveRecords(records, outputs)) {
    try {
      writeRecord(record, scope, services);
    } catch (error) {
      if (error instanceof UnsupportedError) throw new NotWritable(record, error);
      throw error;
    }
  }
}

function writeRecord(record: TraceRecord, scope: FunctionScope, services: FunctionServices): void {
  switch (record.type) {
    case 'kernel':
      writeKernel(record, scope);
      break;
    case 'op':
      writeOp(record, scope);
      break;
    case 'read':
      writeRead(record, scope);
      break;
    case 'assign':
      writeAssign(record, scope);
      break;
    case 'call':
      writeCall(record, scope, services);
      break;
    case 'loop':
      services.writeLoop(record, scope, services);
  }
}

function writeKernel(record: KernelRecord, scope: FunctionScope): void {
  const write = kernelWriter(record.kernel);
  if (write === undefined) {
    throw new UnsupportedError(`No op of TensorFlow stands for the kernel '${record.kernel}'.`);
  }
  const before = scope.emit.nodes.length;
  const made = [write(new KernelCall(record, scope))].flat();
  record.outputs.forEach((output, i) => {
    const tensor = made[i];
    if (tensor !== undefined) scope.define(output, tensor);
  });
  const isStateful = scope.emit.nodes.slice(before).some(({ op }) => opDef(op ?? '')?.stateful);
  if (isStateful) scope.stateful = true;
}

function writeOp(record: OpRecord, scope: FunctionScope): void {
  const handles = record.resources.map((resource) => scope.capture(resource));
  const tensors = record.inputs.map((input, i) => {
    const tensor = scope.tensor(input);
    const dtype: GraphDType = record.inputTypes[i] ?? tensor.dtype;
    return scope.emit.cast(tensor, dtype);
  });
  const { name, outputs, stateful } = scope.emit.node(
    record.op,
    [...handles, ...grouped(tensors, record.lists)],
    { attrs: record.attrs, after: scope.before(record.resources, []) },
  );
  const changes = record.outputs.length === 0 ? record.resources : [];
  scope.touched(name, record.resources, changes);
  // An op without outputs, such as a check, is there for its effect.
  if (record.outputs.length === 0 && changes.length === 0) scope.effects.push(name);
  if (stateful) scope.stateful = true;
  record.outputs.forEach((output, i) => {
    const tensor = outputs[i];
    if (tensor !== undefined) scope.define(output, tensor);
  });
}

/** Tensors by the inputs of an op. */
function grouped(tensors: readonly GraphTensor[], lists: readonly (number | null)[]): NodeInput[] {
  const rest = [...tensors];
  return lists.map((count) => (count === null ? (rest.shift() ?? []) : rest.splice(0, count)));
}

function writeRead({ variable, outputs }: ReadRecord, scope: FunctionScope): void {
  const handle = scope.capture(variable);
  const value = scope.readOnce(variable, (after) => {
    const attrs = { dtype: attr.type(variable.dtype) };
    const [read] = scope.emit.node('ReadVariableOp', [handle], { attrs, after }).outputs;
    return read ?? handle;
  });
  scope.stateful = true;
  scope.define(outputs[0], value);
}

const ASSIGN_OPS: Readonly<Record<AssignMode, string>> = {
  set: 'AssignVariableOp',
  add: 'AssignAddVariableOp',
  subtract: 'AssignSubVariableOp',
};

function writeAssign({ variable, mode, inputs }: AssignRecord, scope: FunctionScope): void {
  const handle = scope.capture(variable);
  const value = scope.emit.cast(scope.tensor(inputs[0]), variable.dtype);
  const { name } = scope.emit.node(ASSIGN_OPS[mode], [handle, value], {
    after: scope.before([variable], [variable]),
  });
  scope.touched(name, [variable], [variable]);
  scope.stateful = true;
}

function writeCall(record: CallRecord, scope: FunctionScope, services: FunctionServices): void {
  const specs = specsOf(record, scope);
  const callee = services.callee(record.callee, specs);
  const { captures, writes } = callee;
  const tensors = [
    ...record.inputs.map((input, i) => {
      const tensor = scope.tensor(input);
      return scope.emit.cast(tensor, callee.inputs[i]?.dtype ?? tensor.dtype);
    }),
    ...captures.map((resource) => scope.capture(resource)),
  ];
  const op = callee.stateful ? 'StatefulPartitionedCall' : 'PartitionedCall';
  const { name, outputs } = scope.emit.node(op, [tensors], {
    attrs: {
      Tout: attr.types(callee.outputs.map(({ dtype }) => dtype)),
      f: attr.func(callee.name),
    },
    after: scope.before(captures, writes),
  });
  scope.touched(name, captures, writes);
  if (callee.stateful) scope.stateful = true;
  record.outputs.forEach((output, i) => {
    const tensor = outputs[i];
    if (tensor === undefined) {
      throw new UnsupportedError(`The ${describe(record)} has ${outputs.length} outputs.`);
    }
    scope.define(output, tensor);
  });
}

/** Specs of the inputs of a call; axes that vary alike have the same name. */
function specsOf({ inputs, callee }: CallRecord, scope: FunctionScope): TraceSpec[] {
  const names = new Map<string, string>();
  return inputs.map((input, i) => {
    const { shape, dtype } = scope.value(input);
    const lengths = shape.map((length) => {
      if (!(length instanceof Varying)) return length;
      const key = length.values.join(' ');
      const name = names.get(key) ?? `d${names.size}`;
      names.set(key, name);
      return name;
    });
    const spec = { shape: lengths, dtype: ownDType(dtype) as TraceSpec['dtype'] };
    return { ...spec, name: callee.inputNames[i] ?? 'inputs' };
  });
}
