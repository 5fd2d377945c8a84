import { decodeProto, encodeProto } from '@km/proto';
import { type AttrValue, FunctionDef, NodeDef } from '@km/proto/saved-model';

/** Numbers of TensorFlow's types. */
export const FLOAT = 1;
export const INT32 = 3;
export const STRING = 7;
export const INT64 = 9;
export const BOOL = 10;

/** Attributes in short: a number is a type, a text a function; anything else is a message. */
export type ShortAttrs = Readonly<Record<string, number | string | AttrValue.$Properties>>;

/** Makes a node. */
export function node(
  name: string,
  op: string,
  input: readonly string[] = [],
  attrs: ShortAttrs = {},
): NodeDef {
  const attr = Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, full(value)]));
  // Encoding and decoding sets all fields, as in files.
  return decodeProto(NodeDef, encodeProto(NodeDef, { name, op, input: [...input], attr }));
}

function full(value: number | string | AttrValue.$Properties): AttrValue.$Properties {
  if (typeof value === 'number') return { type: value };
  return typeof value === 'string' ? { func: { name: value, attr: {} } } : value;
}

/** Makes a constant of numbers. */
export function constant(
  name: string,
  values: readonly number[],
  shape: readonly number[] = [],
  type: number = FLOAT,
): NodeDef {
  const tensorShape = { dim: shape.map((size) => ({ size: BigInt(size), name: '' })) };
  const stored = type === FLOAT ? { floatVal: [...values] } : { intVal: [...values] };
  return node(name, 'Const', [], {
    dtype: type,
    value: { tensor: { dtype: type, tensorShape, ...stored } },
  });
}

/** What a function takes and returns, in short. */
export interface FunctionParts {
  readonly args?: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeDef[];
  /** Output names with the tensors that they are; all have the type float. */
  readonly returns?: Readonly<Record<string, string>>;
  readonly types?: Readonly<Record<string, number>>;
  readonly controls?: Readonly<Record<string, string>>;
}

/** Makes a function. */
export function functionDef(
  name: string,
  { args = {}, nodes, returns = {}, types = {}, controls = {} }: FunctionParts,
): FunctionDef {
  const argument = (argName: string, type: number): { name: string; type: number } => ({
    name: argName,
    type,
  });
  const definition: FunctionDef.$Properties = {
    signature: {
      name,
      inputArg: Object.entries(args).map(([key, type]) => argument(key, type)),
      outputArg: Object.keys(returns).map((key) => argument(key, types[key] ?? FLOAT)),
    },
    nodeDef: [...nodes],
    ret: { ...returns },
    controlRet: { ...controls },
  };
  return decodeProto(FunctionDef, encodeProto(FunctionDef, definition));
}

/** Makes the node of a call. */
export function callNode(
  name: string,
  callee: string,
  input: readonly string[],
  results = 1,
): NodeDef {
  return node(name, 'PartitionedCall', input, {
    f: callee,
    Tin: { list: { type: input.map(() => FLOAT) } },
    Tout: { list: { type: Array.from({ length: results }, () => FLOAT) } },
  });
}
