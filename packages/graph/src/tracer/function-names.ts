import type { AttrValue, FunctionDef, NodeDef } from '@km/proto/saved-model';

/** Functions of another graph, which functions that are written here may call. */
export interface FunctionOrigin {
  /** The function of a name; undefined when there is none. */
  get(name: string): FunctionDef | undefined;
  /** Names of all functions, in the order of the file. */
  readonly names: readonly string[];
  /** Functions that compute gradients of nodes, by the names under which nodes refer to them. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** Attribute of a node that names a gradient of its own. */
export const GRADIENT_ATTR = '_gradient_op_type';

/** Deepest nesting of functions in the attributes of attributes; more is left as it is. */
const MAX_NESTING = 4;

/** Name of the gradient that a node has of its own; undefined for most. */
export function gradientName({ attr }: NodeDef): string | undefined {
  const text = attr[GRADIENT_ATTR]?.s;
  return text ? new TextDecoder().decode(text) : undefined;
}

/** Names that a node may call a function by: its op, and functions among its attributes. */
export function calledNames({ op, attr }: NodeDef): string[] {
  return [op, ...Object.values(attr).flatMap((value) => namesIn(value, 0))];
}

function namesIn({ func, list }: AttrValue, depth: number): string[] {
  if (depth > MAX_NESTING) return [];
  const functions = [...(func === null ? [] : [func]), ...(list?.func ?? [])];
  return functions.flatMap(({ name, attr }) => [
    name,
    ...Object.values(attr).flatMap((value) => namesIn(value, depth + 1)),
  ]);
}

/** How functions and gradients are called in another graph. */
export interface Renaming {
  readonly functions: ReadonlyMap<string, string>;
  readonly gradients: ReadonlyMap<string, string>;
}

/** The same function under other names, calling what it calls under other names. */
export function renamedFunction(definition: FunctionDef, renaming: Renaming): FunctionDef {
  const { functions, gradients } = renaming;
  const isSame = ([from, to]: readonly [string, string]): boolean => from === to;
  if ([...functions].every(isSame) && [...gradients].every(isSame)) return definition;
  const { signature } = definition;
  const name = functions.get(signature?.name ?? '');
  return {
    ...definition,
    signature: signature && { ...signature, name: name ?? signature.name },
    nodeDef: definition.nodeDef.map((node) => renamedNode(node, renaming)),
  } as FunctionDef;
}

function renamedNode(node: NodeDef, renaming: Renaming): NodeDef {
  const gradient = renaming.gradients.get(gradientName(node) ?? '');
  const entries = Object.entries(node.attr).map(([key, value]): [string, AttrValue] => {
    if (key !== GRADIENT_ATTR || gradient === undefined)
      return [key, renamedValue(value, renaming, 0)];
    return [key, { ...value, s: new TextEncoder().encode(gradient) } as AttrValue];
  });
  const op = renaming.functions.get(node.op) ?? node.op;
  return { ...node, op, attr: Object.fromEntries(entries) } as NodeDef;
}

type Func = NonNullable<AttrValue['func']>;

function renamedValue(value: AttrValue, renaming: Renaming, depth: number): AttrValue {
  const { func, list } = value;
  if (depth > MAX_NESTING || (func === null && !list?.func.length)) return value;
  const renamed = (item: Func): Func =>
    ({
      ...item,
      name: renaming.functions.get(item.name) ?? item.name,
      attr: Object.fromEntries(
        Object.entries(item.attr).map(([key, inner]) => [
          key,
          renamedValue(inner, renaming, depth + 1),
        ]),
      ),
    }) as Func;
  return {
    ...value,
    func: func && renamed(func),
    list: list && { ...list, func: list.func.map(renamed) },
  } as AttrValue;
}
