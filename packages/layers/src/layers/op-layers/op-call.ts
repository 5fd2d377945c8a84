import { UnsupportedError } from '@km/core';
import { tensorDTypeCode } from '@km/core/tensor-proto';
import {
  deviceDType,
  type GraphDType,
  GraphExecutor,
  type GraphFunction,
  isMetaBackend,
  isTracing,
  runnableOps,
  type TracedOp,
  tracedLength,
  tracedOp,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { concreteSizes } from './shape-values.ts';

/** An attribute of an op. */
export type OpAttr = NonNullable<TracedOp['attrs']>[string];

/** What an op gives; a length of null is one that only values decide. */
export interface OpOutput {
  readonly shape: readonly (number | null)[];
  readonly dtype: tf.DataType;
}

/** A call of one op of TensorFlow. */
export interface OpCall {
  readonly op: string;
  /** One tensor per input, or a list of them. */
  readonly inputs: readonly (tf.Tensor | readonly tf.Tensor[])[];
  /** Types of TensorFlow of the tensors, in flattened order, where those of tfjs do not do. */
  readonly types?: readonly (GraphDType | null)[];
  /** All attributes without a default, those for types included. */
  readonly attrs?: Readonly<Record<string, OpAttr>>;
  readonly outputs: readonly OpOutput[];
}

/** A text as an attribute. */
export const textAttr = (text: string): OpAttr => ({ s: new TextEncoder().encode(text) });

/** A type as an attribute. */
export const typeAttr = (dtype: GraphDType): OpAttr => ({ type: tensorDTypeCode(dtype) });

/** A whole number as an attribute. */
export const intAttr = (value: number): OpAttr => ({ i: BigInt(value) });

/** A truth value as an attribute. */
export const boolAttr = (value: boolean): OpAttr => ({ b: value });

/** A real number as an attribute. */
export const floatAttr = (value: number): OpAttr => ({ f: value });

/**
 * Runs one op of TensorFlow as graphs run it. Without values, tensors of the stated shapes stand for its outputs; in a
 * function that is traced the op itself is written.
 */
export function callOp(call: OpCall): tf.Tensor[] {
  if (isTracing()) {
    requireKnown(call.op);
    const { types, outputs, ...rest } = call;
    const known = outputs.map(({ shape, dtype }) => ({
      shape: shape.map((length) => length ?? tracedLength()),
      dtype,
    }));
    return tracedOp({ ...rest, ...(types ? { inputTypes: types } : {}), outputs: known });
  }
  if (isMetaBackend()) {
    return call.outputs.map(({ shape, dtype }) => standIn(concreteSizes(shape), dtype));
  }
  return functionOf(call).call(call.inputs.flat() as tf.Tensor[]);
}

function requireKnown(op: string): void {
  if (runnableOps().includes(op)) return;
  throw new UnsupportedError(
    `The op ${op} cannot be written into a graph here. Save with save_traces=false, which keeps configurations only.`,
  );
}

/** The first output of an op. */
export function callOneOp(call: OpCall): tf.Tensor {
  const [output] = callOp(call);
  if (output === undefined) throw new TypeError(`The op ${call.op} has no output.`);
  return output;
}

/** A tensor without values, for the shape-only backend. */
export function standIn(shape: readonly number[], dtype: tf.DataType): tf.Tensor {
  if (dtype === 'complex64') return tf.complex(tf.zeros([...shape]), tf.zeros([...shape]));
  return tf.fill([...shape], dtype === 'string' ? '' : 0, dtype as 'float32');
}

type Nodes = Parameters<GraphExecutor['graph']>[0];

const known = new Map<string, GraphFunction>();

/** Most functions that are kept ready. */
const MAX_KNOWN = 256;

/** The graph of one node. */
function functionOf({ op, inputs, types, attrs = {}, outputs }: OpCall): GraphFunction {
  const flat = inputs.flat() as tf.Tensor[];
  const feeds = flat.map(({ dtype }, i) => ({
    name: `input_${i}`,
    dtype: types?.[i] ?? (dtype as GraphDType),
  }));
  const key = JSON.stringify([op, feeds, outputs.length, attrs], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const node = { name: 'op', op, input: feeds.map(({ name }) => name), device: '' };
  const nodes = [{ ...node, attr: completed(attrs) }] as unknown as Nodes;
  const fetches = outputs.map((_, i) => `op:${i}`);
  const made = new GraphExecutor({ get: () => undefined }).graph(nodes, { feeds, fetches });
  known.set(key, made);
  return made;
}

const UNSET = {
  s: null,
  i: null,
  f: null,
  b: null,
  type: null,
  shape: null,
  tensor: null,
  list: null,
  func: null,
  placeholder: null,
};

/** Attributes as they are when they have been read from a file. */
function completed(attrs: Readonly<Record<string, OpAttr>>): Record<string, unknown> {
  const lists = { s: [], i: [], f: [], b: [], type: [], shape: [], tensor: [], func: [] };
  return Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => [
      name,
      { ...UNSET, ...value, ...(value.list ? { list: { ...lists, ...value.list } } : {}) },
    ]),
  );
}

/** The tensor in the dtype that tfjs has for a type of TensorFlow. */
export function asType(x: tf.Tensor, dtype: GraphDType): tf.Tensor {
  const device = deviceDType(dtype);
  return device === undefined || x.dtype === device ? x : tf.cast(x, device);
}
