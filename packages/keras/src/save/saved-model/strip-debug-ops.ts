import type { FunctionDef, NodeDef } from '@km/proto/saved-model';

/** Ops that only check or print, and so may do nothing. */
const SILENCED: ReadonlySet<string | undefined> = new Set(['Assert', 'PrintV2']);
/** Ops that check or print what they hand on. */
const PASSED_THROUGH: ReadonlySet<string | undefined> = new Set(['CheckNumerics', 'Print']);

/** The same function without assertions and prints, as TensorFlow's `experimental_debug_stripper` leaves it. */
export function withoutDebugOps(definition: FunctionDef.$Properties): FunctionDef.$Properties {
  const { nodeDef = [] } = definition;
  const isDebug = ({ op }: NodeDef.$Properties): boolean =>
    SILENCED.has(op ?? undefined) || PASSED_THROUGH.has(op ?? undefined);
  return nodeDef.some(isDebug) ? { ...definition, nodeDef: nodeDef.map(stripped) } : definition;
}

function stripped(node: NodeDef.$Properties): NodeDef.$Properties {
  const { op, input = [], attr = {} } = node;
  if (SILENCED.has(op)) {
    const kept = Object.entries(attr).filter(([name]) => name.startsWith('_'));
    return { ...node, op: 'NoOp', input: input.map(controlInput), attr: Object.fromEntries(kept) };
  }
  if (!PASSED_THROUGH.has(op)) return node;
  const kept = Object.entries(attr).filter(([name]) => name === 'T');
  const [first, ...others] = input;
  return {
    ...node,
    op: 'Identity',
    input: [...(first === undefined ? [] : [first]), ...others.map(controlInput)],
    attr: Object.fromEntries(kept),
  };
}

/** The input that waits for a node instead of taking what it gives. */
function controlInput(name: string): string {
  return name.startsWith('^') ? name : `^${name.split(':')[0]}`;
}
