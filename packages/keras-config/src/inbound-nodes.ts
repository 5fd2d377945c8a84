import { type ConfigPath, configError, requireArray } from './config-path.ts';
import { isWholeFloat, markFloats } from './floats.ts';
import {
  emptyObject,
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json-value.ts';

/** One output of one call of a layer. */
export interface TensorReference {
  readonly kind: 'tensor';
  /** Name of the layer. */
  readonly layer: string;
  /** Index of the call as written; calls of a nested model count from 1, since its construction is call 0. */
  readonly node: number;
  /** Index among the outputs of that call. */
  readonly tensor: number;
}

/** What a call receives in one place: a tensor, a structure that holds tensors, or a constant. */
export type CallArgument =
  | TensorReference
  | { readonly kind: 'list'; readonly items: readonly CallArgument[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, CallArgument> }
  | ConstantArgument;

/** A value that is no tensor. */
export interface ConstantArgument {
  readonly kind: 'constant';
  readonly value: JsonValue;
  /** True for a whole number that was written as a float. */
  readonly isFloat?: boolean;
}

/** One call of a layer in a functional model. */
export interface LayerCall {
  /** First argument. */
  readonly inputs: CallArgument;
  /** Further arguments by name. */
  readonly kwargs: ReadonlyMap<string, CallArgument>;
}

/** Layer name of the reference that stands for a call whose first argument is a constant. */
const CONSTANT = '_CONSTANT_VALUE';

/**
 * Decodes the calls of a layer from the canonical `inbound_nodes`, one per entry.
 *
 * An entry is `[[layer, node, tensor, kwargs], …]` for one tensor or a list of tensors, the reference alone for layers
 * made of operations, a dict of references, or `["_CONSTANT_VALUE", -1, value, kwargs]`.
 * @throws MalformedError that names the path.
 */
export function decodeInboundNodes(nodes: JsonValue, path: ConfigPath): readonly LayerCall[] {
  return requireArray(nodes, path).map((node, index) => decodeCall(node, [...path, index]));
}

function decodeCall(node: JsonValue, path: ConfigPath): LayerCall {
  const first = firstReference(node);
  if (first === undefined) throw configError(path, 'references [layer, node, tensor, …]', node);
  const kwargs = decodeKwargs(first[3]);
  if (isReference(node)) return { inputs: decodeReference(node), kwargs };
  const inputs = decodeArgument(node);
  // A list of one is how a single tensor is written.
  if (inputs.kind === 'list' && inputs.items.length === 1 && inputs.items[0] !== undefined) {
    return { inputs: inputs.items[0], kwargs };
  }
  return { inputs, kwargs };
}

function firstReference(node: JsonValue): JsonArray | undefined {
  if (isReference(node)) return node;
  const members = isJsonArray(node) ? node : isJsonObject(node) ? Object.values(node) : [];
  for (const member of members) {
    const found = firstReference(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

function decodeKwargs(value: JsonValue | undefined): ReadonlyMap<string, CallArgument> {
  if (!isJsonObject(value)) return new Map();
  return new Map(Object.keys(value).map((key) => [key, decodeMember(value, key)]));
}

function decodeMember(container: JsonObject, key: string): CallArgument {
  return withFloat(decodeArgument(container[key] ?? null), isWholeFloat(container, key));
}

/** Notes on a constant whether it is a whole number that was written as a float. */
export function withFloat(argument: CallArgument, isFloat: boolean): CallArgument {
  return argument.kind === 'constant' && isFloat ? { ...argument, isFloat } : argument;
}

/**
 * Decodes one argument of a call: references at any depth become tensors, the rest constants.
 */
export function decodeArgument(value: JsonValue): CallArgument {
  if (isReference(value)) return decodeReference(value);
  if (firstReference(value) === undefined) return { kind: 'constant', value };
  if (isJsonArray(value)) return { kind: 'list', items: value.map(decodeArgument) };
  if (!isJsonObject(value)) return { kind: 'constant', value };
  return { kind: 'dict', entries: decodeKwargs(value) };
}

function decodeReference(reference: JsonArray): CallArgument {
  const [layer, node, tensor] = reference;
  if (layer === CONSTANT) {
    return withFloat({ kind: 'constant', value: tensor ?? null }, isWholeFloat(reference, 2));
  }
  return { kind: 'tensor', layer: String(layer), node: Number(node), tensor: Number(tensor) };
}

/** True for a list of three or four whose first item is a name and whose second is an integer. */
export function isReference(value: JsonValue): value is JsonArray {
  if (!isJsonArray(value) || value.length < 3 || value.length > 4) return false;
  const [layer, node, tensor, kwargs] = value;
  if (typeof layer !== 'string' || !Number.isSafeInteger(node)) return false;
  if (kwargs !== undefined && !isJsonObject(kwargs)) return false;
  return layer === CONSTANT || Number.isSafeInteger(tensor);
}

/**
 * Encodes calls as the canonical `inbound_nodes`; the kwargs repeat in every reference, as Keras writes them.
 *
 * Layers made of operations (TFOpLambda and the like) write a single tensor without the list around it.
 */
export function encodeInboundNodes(calls: readonly LayerCall[], isOperation = false): JsonArray {
  return calls.map(({ inputs, kwargs }) => {
    const encoded = encodeKwargs(kwargs);
    if (inputs.kind === 'constant') {
      const entry: JsonArray = [CONSTANT, -1, inputs.value, encoded];
      return markFloats(entry, inputs.isFloat === true ? [2] : []);
    }
    const entry = encodeArgument(inputs, encoded);
    return inputs.kind === 'tensor' && !isOperation ? [entry] : entry;
  });
}

function encodeKwargs(kwargs: ReadonlyMap<string, CallArgument>): JsonObject {
  const floats: string[] = [];
  const object = emptyObject();
  for (const [key, argument] of kwargs) {
    if (argument.kind === 'constant' && argument.isFloat === true) floats.push(key);
    object[key] = encodeArgument(argument, undefined);
  }
  return markFloats(object, floats);
}

function encodeArgument(argument: CallArgument, kwargs: JsonObject | undefined): JsonValue {
  switch (argument.kind) {
    case 'tensor': {
      const reference = [argument.layer, argument.node, argument.tensor];
      return kwargs === undefined ? reference : [...reference, kwargs];
    }
    case 'list':
      return argument.items.map((item) => encodeArgument(item, kwargs));
    case 'dict':
      return Object.fromEntries(
        Array.from(argument.entries, ([key, item]) => [key, encodeArgument(item, kwargs)]),
      );
    case 'constant':
      return argument.value;
  }
}
