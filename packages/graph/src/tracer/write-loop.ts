import { UnsupportedError } from '@km/core';
import { ownDType } from '../executor/dtype.ts';
import * as attr from './attr.ts';
import type { GraphTensor } from './emitter.ts';
import { inputsOf } from './live.ts';
import type { LoopRecord, ValueIndex } from './records.ts';
import { FunctionScope } from './scope.ts';
import { type Argument, defineFunction } from './write-function.ts';
import { type FunctionServices, writeRecords } from './write-record.ts';

/** A variable of a loop: what it starts with, and how the step sees it. */
interface LoopVariable extends Argument {
  readonly initial: GraphTensor;
}

/** Variables of a loop by what they are for, in the order in which the loop has them. */
interface LoopVariables {
  /** How often the step has run. TensorFlow's gradient needs it and the limit as the first two variables. */
  readonly counter: LoopVariable;
  readonly limit: LoopVariable;
  /** Lists that collect the outputs of the steps. */
  readonly collected: readonly LoopVariable[];
  readonly states: readonly LoopVariable[];
  /** Lists of the slices of the sequences. */
  readonly sliced: readonly LoopVariable[];
  /** Tensors from outside that the step uses. */
  readonly outside: readonly LoopVariable[];
}

function listed(variables: LoopVariables): LoopVariable[] {
  const { counter, limit, collected, states, sliced, outside } = variables;
  return [counter, limit, ...collected, ...states, ...sliced, ...outside];
}

/** Writes a loop as `While` with lists of tensors, in the form that TensorFlow can differentiate. */
export function writeLoop(
  record: LoopRecord,
  scope: FunctionScope,
  services: FunctionServices,
): void {
  const { emit } = scope;
  const outside = outsideOf(record, scope);
  const variables = loopVariables(record, outside, scope);
  const all = listed(variables);
  const cond = services.define('while_cond', (name) => writeCondition(name, all, scope));
  const state = { stateful: false };
  const body = services.define('while_body', (name) => {
    const inner = new FunctionScope(
      scope,
      all.map(({ argument }) => argument),
    );
    const results = writeStep(record, outside, variables, inner, services);
    state.stateful = inner.stateful;
    return defineFunction(name, inner, all, results);
  });
  const op = state.stateful ? 'While' : 'StatelessWhile';
  const { outputs } = emit.node(op, [all.map(({ initial }) => initial)], {
    attrs: {
      cond: attr.func(cond),
      body: attr.func(body),
      output_shapes: attr.shapes(all.map(({ shape }) => shape)),
      parallel_iterations: attr.int(PARALLEL_ITERATIONS),
    },
  });
  if (state.stateful) scope.stateful = true;
  defineResults(record, variables, outputs, scope);
}

/** What TensorFlow's own loops are written with. */
const PARALLEL_ITERATIONS = 32;

/** Tensors that the step takes from outside; fixed constants are written again inside. */
function outsideOf(record: LoopRecord, scope: FunctionScope): ValueIndex[] {
  const given = record.sequences.length + record.states.length;
  return inputsOf(record)
    .slice(given)
    .filter((value) => !scope.isFixed(value));
}

function loopVariables(
  record: LoopRecord,
  outside: readonly ValueIndex[],
  scope: FunctionScope,
): LoopVariables {
  const { emit } = scope;
  const [first = -1] = record.sequences;
  const steps = scope.dimensions.scalar(scope.value(first).shape[0] ?? 0, record.sequences);
  const list = (argument: string, initial: GraphTensor): LoopVariable => ({
    argument,
    dtype: 'variant',
    shape: [],
    initial,
  });
  const tensor = (argument: string, value: ValueIndex): LoopVariable => {
    const initial = scope.tensor(value);
    return { argument, dtype: initial.dtype, shape: scope.openShape(value), initial };
  };
  const number = (argument: string, initial: GraphTensor): LoopVariable => ({
    argument,
    dtype: 'int32',
    shape: [],
    initial,
  });
  return {
    counter: number('loop_counter', emit.scalar(0)),
    limit: number('maximum_iterations', steps),
    collected: record.body.outputs.map((value, i) => {
      const attrs = { element_dtype: attr.type(ownDType(scope.value(value).dtype)) };
      const shape = elementShape(scope, value);
      return list(`outputs_${i}`, emit.op('TensorListReserve', [shape, steps], attrs));
    }),
    states: record.states.map((value, i) => tensor(`state_${i}`, value)),
    sliced: record.sequences.map((value, i) => {
      const shape = elementShape(scope, record.body.slices[i] ?? value);
      return list(`sequence_${i}`, emit.op('TensorListFromTensor', [scope.tensor(value), shape]));
    }),
    outside: outside.map((value, i) => tensor(`outside_${i}`, value)),
  };
}

function elementShape(scope: FunctionScope, value: ValueIndex): GraphTensor {
  return scope.emit.vector(scope.openShape(value).map((length) => length ?? -1));
}

function writeCondition(
  name: string,
  variables: readonly LoopVariable[],
  { values, runs }: FunctionScope,
): ReturnType<typeof defineFunction> {
  const scope = new FunctionScope(
    { values, runs },
    variables.map(({ argument }) => argument),
  );
  const [counter, limit] = variables.map(({ argument, dtype }) => ({ ref: argument, dtype }));
  const goesOn = scope.emit.op(
    'Less',
    [counter, limit].filter((x) => x !== undefined),
  );
  return defineFunction(name, scope, variables, [goesOn]);
}

/** Writes the step of a loop; returns the next values of all variables. */
function writeStep(
  { body }: LoopRecord,
  outside: readonly ValueIndex[],
  variables: LoopVariables,
  scope: FunctionScope,
  services: FunctionServices,
): GraphTensor[] {
  const { emit } = scope;
  const inside = ({ argument, dtype }: LoopVariable): GraphTensor => ({ ref: argument, dtype });
  const counter = inside(variables.counter);
  outside.forEach((value, i) => {
    const variable = variables.outside[i];
    if (variable !== undefined) scope.define(value, inside(variable));
  });
  body.states.forEach((value, i) => {
    const variable = variables.states[i];
    if (variable !== undefined) scope.define(value, inside(variable));
  });
  body.slices.forEach((value, i) => {
    const variable = variables.sliced[i];
    if (variable === undefined) return;
    const attrs = { element_dtype: attr.type(ownDType(scope.value(value).dtype)) };
    const inputs = [inside(variable), counter, elementShape(scope, value)];
    scope.define(value, emit.op('TensorListGetItem', inputs, attrs));
  });
  writeRecords(body.records, [...body.outputs, ...body.nextStates], scope, services);
  if (scope.captures.size > 0) {
    throw new UnsupportedError(
      'The step of a loop uses a table, which a graph written here cannot do.',
    );
  }
  const collected = variables.collected.map((variable, i) =>
    emit.op('TensorListSetItem', [inside(variable), counter, scope.tensor(body.outputs[i] ?? -1)]),
  );
  return [
    emit.op('AddV2', [counter, emit.scalar(1)]),
    inside(variables.limit),
    ...collected,
    ...body.nextStates.map((value) => scope.tensor(value)),
    ...[...variables.sliced, ...variables.outside].map(inside),
  ];
}

/** Makes the stacked outputs and the last states known. */
function defineResults(
  record: LoopRecord,
  { collected, states }: LoopVariables,
  results: readonly GraphTensor[],
  scope: FunctionScope,
): void {
  const first = 2;
  collected.forEach((_, i) => {
    const handle = results[first + i];
    const output = record.outputs[i];
    const element = record.body.outputs[i];
    if (handle === undefined || output === undefined || element === undefined) return;
    const attrs = { element_dtype: attr.type(ownDType(scope.value(element).dtype)) };
    const inputs = [handle, elementShape(scope, element)];
    scope.define(output, scope.emit.op('TensorListStack', inputs, attrs));
  });
  states.forEach((_, i) => {
    const tensor = results[first + collected.length + i];
    const output = record.outputs[collected.length + i];
    if (tensor !== undefined && output !== undefined) scope.define(output, tensor);
  });
}
