import { MalformedError } from '@km/core';
import { tensorDType } from '@km/core/tensor-proto';
import type { FunctionDef, NodeDef, OpDef as OpDefMessage } from '@km/proto/saved-model';
import { Attrs } from './attrs.ts';
import type { GraphDType } from './dtype.ts';
import type { ArgDef, OpDef } from './op-def.ts';

/** An argument of a function, or a tensor of a graph that is fed. */
export interface BodyArg {
  readonly name: string;
  readonly dtype: GraphDType;
  /** True for a reference to a variable of TensorFlow 1. */
  readonly isRef?: boolean;
}

/** Nodes to compile, with what goes in and what comes out. */
export interface Body {
  readonly name: string;
  readonly args: readonly BodyArg[];
  readonly nodes: readonly NodeDef[];
  /** Tensors that are returned. */
  readonly returns: readonly string[];
  /** Nodes that run for their effects. */
  readonly targets: readonly string[];
  /** True when nodes with effects run even if nothing needs them, as in functions without control outputs. */
  readonly keepsStateful: boolean;
}

/** The body of a function. @throws MalformedError when an output has no tensor. */
export function bodyOfFunction(name: string, definition: FunctionDef): Body {
  const signature = definition.signature ?? missing(`The function ${name}`, 'signature');
  const attrs = new Attrs(definition.attr, new Map(), `The function ${name}`);
  const returns = signature.outputArg.map(
    (output) =>
      definition.ret[output.name] ?? missing(`The output ${output.name} of ${name}`, 'tensor'),
  );
  const targets = Object.values(definition.controlRet);
  return {
    name,
    args: flatArgs(argDefs(signature.inputArg), attrs, true),
    nodes: definition.nodeDef,
    returns,
    targets,
    keepsStateful: targets.length === 0,
  };
}

/** Definition of the op that a call of a function by its name is. */
export function opDefOfFunction(definition: FunctionDef): OpDef {
  const { name = '', inputArg = [], outputArg = [] } = definition.signature ?? {};
  return {
    name,
    inputs: argDefs(inputArg),
    outputs: argDefs(outputArg),
    defaults: new Map(),
    stateful: definition.signature?.isStateful ?? true,
  };
}

function argDefs(args: OpDefMessage['inputArg']): ArgDef[] {
  return args.map(({ name, type, typeAttr, numberAttr, typeListAttr }) => ({
    name,
    ...(typeListAttr === '' ? {} : { typesAttr: typeListAttr }),
    ...(numberAttr === '' ? {} : { countAttr: numberAttr }),
    ...(typeAttr === '' ? { type: tensorDType(type) } : { typeAttr }),
  }));
}

/** One entry per tensor of the inputs or outputs of an op. */
export function flatArgs(args: readonly ArgDef[], attrs: Attrs, named = false): BodyArg[] {
  return args.flatMap((arg) => {
    const types =
      arg.typesAttr === undefined ? countedTypes(arg, attrs) : attrs.types(arg.typesAttr);
    // Arguments of functions are single tensors; the name alone stands for them.
    return types.map((dtype, index) => ({
      name: named && index === 0 ? arg.name : `${arg.name}:${index}`,
      dtype,
      ...(arg.isRef === true ? { isRef: true } : {}),
    }));
  });
}

/** Most tensors of a list; graphs seen have some hundred. */
const MAX_LIST = 1_000_000;

function countedTypes(arg: ArgDef, attrs: Attrs): GraphDType[] {
  const type = arg.type ?? attrs.type(arg.typeAttr ?? '');
  if (arg.countAttr === undefined) return [type];
  const count = attrs.int(arg.countAttr);
  if (count >= 0 && count <= MAX_LIST) return Array.from({ length: count }, () => type);
  throw new MalformedError(`A node has ${count} tensors '${arg.name}'; the graph is damaged.`);
}

function missing(what: string, part: string): never {
  throw new MalformedError(`${what} has no ${part}; the graph is damaged.`);
}
