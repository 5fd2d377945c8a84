import type { DType } from '@km/core';
import { tensorDTypeCode } from '@km/core/tensor-proto';
import type { FunctionDef, OpDef } from '@km/proto/saved-model';
import { ownDType } from '../executor/dtype.ts';
import * as attr from './attr.ts';
import type { GraphTensor } from './emitter.ts';
import type { MergedTrace } from './merge.ts';
import { capturedSpec, FunctionScope } from './scope.ts';
import type { TracedFunction, TracedInput, TracedOutput, TraceSpec } from './types.ts';
import { type FunctionServices, writeRecords } from './write-record.ts';

/** Name and types of a function that is written. */
export interface FunctionHead {
  readonly name: string;
  readonly specs: readonly TraceSpec[];
  /** Types of the outputs where they differ from those in which tfjs computes. */
  readonly outputTypes?: readonly (DType | null | undefined)[];
}

/** Writes what runs of a function have in common as a function of TensorFlow. */
export function writeFunction(
  trace: MergedTrace,
  head: FunctionHead,
  services: FunctionServices,
): TracedFunction {
  const inputs = namedInputs(head.specs);
  const scope = new FunctionScope(
    trace,
    inputs.map(({ argument }) => argument),
  );
  inputs.forEach(({ argument, dtype }, i) => {
    scope.define(trace.inputs[i] ?? -1, { ref: argument, dtype });
  });
  writeRecords(trace.records, trace.outputs, scope, services);
  const outputs = trace.outputs.map((value, i): TracedOutput => {
    const dtype = head.outputTypes?.[i] ?? (ownDType(scope.value(value).dtype) as DType);
    return { shape: scope.openShape(value), dtype };
  });
  const results = trace.outputs.map((value, i) =>
    scope.emit.cast(scope.tensor(value), outputs[i]?.dtype ?? 'float32'),
  );
  const captures = [...scope.captures.keys()];
  return {
    name: head.name,
    definition: defineFunction(head.name, scope, inputs, results),
    inputs,
    outputs,
    captures,
    stateful: scope.stateful,
    writes: captures.filter((resource) => scope.writes.has(resource)),
  };
}

/** Gives every argument a name that TensorFlow allows, and no two the same. */
function namedInputs(specs: readonly TraceSpec[]): TracedInput[] {
  const taken = new Set<string>();
  return specs.map(({ name = 'inputs', shape, dtype }) => {
    const clean = name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
    const base = /^[a-z]/.test(clean) ? clean : `arg_${clean}`;
    let argument = base;
    for (let i = 1; taken.has(argument); i++) argument = `${base}_${i}`;
    taken.add(argument);
    const lengths = shape.map((length) => (typeof length === 'number' ? length : null));
    return { name, argument, shape: lengths, dtype };
  });
}

/** Arguments of a function: its name, type and shape. */
export interface Argument {
  readonly argument: string;
  readonly dtype: GraphTensor['dtype'];
  readonly shape: readonly (number | null)[];
  readonly name?: string;
}

/** Puts a function together whose body is written. */
export function defineFunction(
  name: string,
  scope: FunctionScope,
  inputs: readonly Argument[],
  results: readonly GraphTensor[],
): FunctionDef.$Properties {
  const handles = Array.from(scope.captures, ([resource, argument]) => ({
    argument,
    ...capturedSpec(resource),
  }));
  const returned = returnedTensors(scope, results);
  const { effects } = scope;
  const signature: OpDef.$Properties = {
    name,
    inputArg: [
      ...[...inputs, ...handles].map(({ argument, dtype }) => ({
        name: argument,
        type: tensorDTypeCode(dtype),
      })),
    ],
    outputArg: returned.map(({ dtype }, i) => ({
      name: outputName(i),
      type: tensorDTypeCode(dtype),
    })),
    ...(scope.stateful && { isStateful: true }),
    ...(effects.length > 0 && { controlOutput: effects }),
  };
  const shapes = [...inputs, ...handles].map(({ shape }) => shape);
  return {
    signature,
    nodeDef: scope.emit.nodes,
    ret: Object.fromEntries(returned.map(({ ref }, i) => [outputName(i), ref])),
    controlRet: Object.fromEntries(effects.map((node) => [node, node])),
    attr: { _input_shapes: attr.shapes(shapes) },
    argAttr: argumentAttrs(inputs),
  };
}

function argumentAttrs(
  inputs: readonly Argument[],
): NonNullable<FunctionDef.$Properties['argAttr']> {
  const named = inputs.flatMap(({ name }, i) =>
    name === undefined
      ? []
      : [[`${i}`, { attr: { _user_specified_name: attr.text(name) } }] as const],
  );
  return Object.fromEntries(named);
}

/** The results, available when all effects have taken place. */
function returnedTensors(
  { emit, effects }: FunctionScope,
  results: readonly GraphTensor[],
): GraphTensor[] {
  const gate = effects.length === 0 ? [] : [emit.node('NoOp', [], { after: effects }).name];
  return results.flatMap((result) => emit.node('Identity', [result], { after: gate }).outputs);
}

function outputName(index: number): string {
  return index === 0 ? 'identity' : `identity_${index}`;
}
