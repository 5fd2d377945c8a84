import type { FunctionDef, NodeDef } from '@km/proto/saved-model';

/**
 * Attributes that ops have got since TensorFlow 2.4, which refuses them, and which change nothing that is computed: a check
 * of shapes, names for debuggers, and marks of products that belong to gradients.
 */
const LATER_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map([
  ['AssignVariableOp', ['validate_shape']],
  ['BatchMatMul', ['grad_x', 'grad_y']],
  ['BatchMatMulV2', ['grad_x', 'grad_y']],
  ['MatMul', ['grad_a', 'grad_b']],
  ['VarHandleOp', ['debug_name']],
]);

/** Gives the key and the counter of a seed; since TensorFlow 2.5. */
const KEY_COUNTER = 'StatelessRandomGetKeyCounter';
/** Gives the same, and the algorithm of the device; since TensorFlow 2.4. */
const KEY_COUNTER_ALGORITHM = 'StatelessRandomGetKeyCounterAlg';
/** Shapes of the outputs, of which there is another number. */
const SHAPES: readonly string[] = ['_output_shapes'];
/** Places of the key and of the algorithm among the inputs of the ops that draw numbers. */
const [KEY, ALGORITHM] = [1, 3];

/** The same function without what TensorFlow 2.4 refuses to load, where it can do without. */
export function earlyFunction(definition: FunctionDef.$Properties): FunctionDef.$Properties {
  const { nodeDef = [] } = definition;
  const seeds = new Set(
    nodeDef.flatMap(({ op, name }) => (op === KEY_COUNTER ? [name ?? ''] : [])),
  );
  const changed = nodeDef.map((node) => withoutLater(drawing(node, seeds)));
  return changed.some((node, index) => node !== nodeDef[index])
    ? { ...definition, nodeDef: changed }
    : definition;
}

/** Takes the algorithm from where the key comes from, instead of a number that lets the device choose since 2.5. */
function drawing(node: NodeDef.$Properties, seeds: ReadonlySet<string>): NodeDef.$Properties {
  const { op = '', input = [] } = node;
  if (op === KEY_COUNTER) return withoutAttributes({ ...node, op: KEY_COUNTER_ALGORITHM }, SHAPES);
  const [source = '', output] = input[KEY]?.split(':') ?? [];
  if (!op.startsWith('Stateless') || output !== 'key' || !seeds.has(source)) return node;
  return { ...node, input: input.map((name, k) => (k === ALGORITHM ? `${source}:alg:0` : name)) };
}

function withoutLater(node: NodeDef.$Properties): NodeDef.$Properties {
  return withoutAttributes(node, LATER_ATTRIBUTES.get(node.op ?? '') ?? []);
}

function withoutAttributes(
  node: NodeDef.$Properties,
  names: readonly string[],
): NodeDef.$Properties {
  const { attr = {} } = node;
  if (!names.some((name) => name in attr)) return node;
  const kept = Object.entries(attr).filter(([name]) => !names.includes(name));
  return { ...node, attr: Object.fromEntries(kept) };
}
