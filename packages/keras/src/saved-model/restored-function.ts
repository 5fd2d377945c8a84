import { MalformedError } from '@km/core';
import type { FunctionSpec, Structure } from '@km/savedmodel';
import type * as tf from '@tensorflow/tfjs-core';
import { type BoundArguments, bindArguments } from './arguments.ts';
import { fits, flatten } from './match.ts';
import { describe } from './to-tensor.ts';
import type { Trace } from './trace.ts';
import type { StructuredInput, StructuredOutput } from './values.ts';

/** A function of a SavedModel: arguments by position, then one object with arguments by name. */
export interface RestoredFunction {
  (...args: StructuredInput[]): StructuredOutput;
  /** Arguments of each trace, as Python shows them. */
  readonly signatures: readonly string[];
  /** Picks the trace for a call as TensorFlow does and calls nothing. @throws TypeError when none fits. */
  readonly get_concrete_function: (...args: StructuredInput[]) => Trace;
  /** Picks the trace for a call, with the tensors that it takes, and calls nothing. @throws TypeError when none fits. */
  readonly bind: (...args: StructuredInput[]) => BoundTrace;
}

/** A trace and the tensors of one call of it. */
export interface BoundTrace {
  readonly trace: Trace;
  readonly inputs: readonly tf.Tensor[];
}

/** Makes a callable of the traces of a function, of which a call takes the first that fits. */
export function restoredFunction(
  traces: readonly Trace[],
  spec: FunctionSpec | undefined,
  name: string,
): RestoredFunction {
  const find = (args: readonly StructuredInput[]): Chosen => choose(traces, spec, name, args);
  const bind = (...args: StructuredInput[]): BoundTrace => {
    const { trace, bound } = find(args);
    return { trace, inputs: flattenBound(trace.concrete.inputSignature, bound) };
  };
  const call = (...args: StructuredInput[]): StructuredOutput => {
    const { trace, inputs } = bind(...args);
    return trace.call(inputs);
  };
  return Object.defineProperties(call, {
    name: { value: name },
    signatures: {
      get: () => traces.map(({ concrete }) => printSignature(concrete.inputSignature)),
    },
    get_concrete_function: { value: (...args: StructuredInput[]) => find(args).trace },
    bind: { value: bind },
  }) as RestoredFunction;
}

interface Chosen {
  readonly trace: Trace;
  readonly bound: BoundArguments;
}

function choose(
  traces: readonly Trace[],
  spec: FunctionSpec | undefined,
  name: string,
  args: readonly StructuredInput[],
): Chosen {
  if (traces.length === 0) {
    throw new TypeError(
      `Found zero restored functions for caller function ${name}: it was never traced before it was saved.`,
    );
  }
  const bound = bindArguments(spec, args);
  for (const converts of [false, true]) {
    const trace = traces.find(({ concrete }) =>
      fitsBound(concrete.inputSignature, bound, converts),
    );
    if (trace !== undefined) return { trace, bound };
  }
  const options = traces.map(
    ({ concrete }, i) => `  Option ${i + 1}: ${printSignature(concrete.inputSignature)}`,
  );
  throw new TypeError(
    `Could not find matching concrete function to call loaded from the SavedModel. Got:\n  ${describe(bound.positional)}, ${describe({ ...bound.named })}\n` +
      `Expected one of:\n${options.join('\n')}`,
  );
}

function halves(signature: Structure): readonly [Structure, Structure] {
  const items = signature.kind === 'tuple' || signature.kind === 'list' ? signature.items : [];
  const [positional, named] = items;
  if (positional !== undefined && named !== undefined) return [positional, named];
  throw new MalformedError('A function has no signature of positional and named arguments.');
}

function fitsBound(
  signature: Structure,
  { positional, named }: BoundArguments,
  converts: boolean,
): boolean {
  const [first, second] = halves(signature);
  return fits(first, positional, converts) && fits(second, named, converts);
}

function flattenBound(
  signature: Structure,
  { positional, named }: BoundArguments,
): ReturnType<typeof flatten> {
  const [first, second] = halves(signature);
  return [...flatten(first, positional), ...flatten(second, named)];
}

/** Writes a signature much as Python prints it. */
export function printSignature(structure: Structure): string {
  switch (structure.kind) {
    case 'tensorSpec':
      return `TensorSpec(shape=${printShape(structure.shape)}, dtype=${structure.dtype}, name=${JSON.stringify(structure.name)})`;
    case 'typeSpec':
      return structure.className;
    case 'list':
      return `[${structure.items.map(printSignature).join(', ')}]`;
    case 'tuple':
      return `(${structure.items.map(printSignature).join(', ')})`;
    case 'dict':
    case 'namedTuple':
      return `{${[...structure.entries].map(([key, item]) => `${key}: ${printSignature(item)}`).join(', ')}}`;
    case 'none':
      return 'None';
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
      return String(structure.value);
    case 'dtype':
      return structure.dtype;
    default:
      return structure.kind;
  }
}

function printShape(shape: readonly (number | null)[] | null): string {
  if (shape === null) return '<unknown>';
  const sizes = shape.map((size) => size ?? 'None').join(', ');
  return shape.length === 1 ? `(${sizes},)` : `(${sizes})`;
}
