import type { FunctionDef, NodeDef } from '@km/proto/saved-model';

/** A gradient that a program gave instead of that of its operations. */
export interface CustomGradient {
  /** Name of the function that computes it: from the gradients of the outputs, then from the captured tensors. */
  readonly function: string;
  /** Tensors of the function with the node that the gradient needs, too, such as `mul:0`. */
  readonly captures: readonly string[];
  /** For each input of the node the result that is its gradient; null for none. */
  readonly results: readonly (number | null)[];
  /** Why the function cannot be used; taking the gradient is an error then. */
  readonly problem?: string;
}

/** Custom gradients by the names under which nodes refer to them. */
export type CustomGradients = ReadonlyMap<string, CustomGradient>;

/** The op of nodes that a custom gradient belongs to. */
const NODE_OP = 'IdentityN';

/** The custom gradient of a node; undefined for one without. */
export function gradientOfNode(
  { op, attr }: NodeDef,
  gradients: CustomGradients,
): CustomGradient | undefined {
  const name = op === NODE_OP ? attr._gradient_op_type?.s : undefined;
  return name ? gradients.get(new TextDecoder().decode(name)) : undefined;
}

/** Gives nodes with custom gradients what their gradients captured as further inputs, which they pass on. */
export function withCaptures(
  definition: FunctionDef,
  gradients: CustomGradients,
  find: (name: string) => FunctionDef | undefined,
): FunctionDef {
  if (gradients.size === 0) return definition;
  const nodeDef = definition.nodeDef.map((node): NodeDef => {
    const gradient = gradientOfNode(node, gradients);
    const list = node.attr.T?.list;
    if (gradient === undefined || gradient.captures.length === 0 || !list) return node;
    const types = (find(gradient.function)?.signature?.inputArg ?? [])
      .slice(gradient.results.length)
      .map(({ type }) => type);
    if (types.length !== gradient.captures.length) return node;
    const isControl = (input: string): boolean => input.startsWith('^');
    const T = { ...node.attr.T, list: { ...list, type: [...list.type, ...types] } };
    return {
      ...node,
      input: [
        ...node.input.filter((input) => !isControl(input)),
        ...gradient.captures,
        ...node.input.filter(isControl),
      ],
      attr: { ...node.attr, T } as NodeDef['attr'],
    };
  });
  return { ...definition, nodeDef };
}
