import type { FusableActivation } from '../composed/epilogue.ts';
import type { Plan, PlanNode, Source } from './plan.ts';

/** A product or a convolution with the bias and the activation that follow, computed by one kernel. */
export interface Fusion {
  readonly head: PlanNode;
  /** Inputs of the head and the bias. */
  readonly inputs: readonly Source[];
  readonly activation: FusableActivation;
}

/** Fusions by the node whose output they compute, and the nodes that need no step of their own. */
export interface Fusions {
  readonly byLast: ReadonlyMap<PlanNode, Fusion>;
  readonly absorbed: ReadonlySet<PlanNode>;
}

const HEADS: ReadonlySet<string> = new Set(['Conv2D', 'DepthwiseConv2dNative', 'MatMul']);

const ACTIVATIONS: ReadonlyMap<string, FusableActivation> = new Map([
  ['Relu', 'relu'],
  ['Relu6', 'relu6'],
]);

/** Finds products and convolutions whose result only a bias uses, and that bias only an activation. */
export function findFusions(plan: Plan): Fusions {
  const users = usersOf(plan);
  const byLast = new Map<PlanNode, Fusion>();
  const absorbed = new Set<PlanNode>();
  for (const head of plan.nodes) {
    const biased = isHead(head) ? onlyUser(users, head) : undefined;
    if (biased === undefined || !addsBias(biased, head)) continue;
    const next = onlyUser(users, biased);
    const activation = next === undefined ? undefined : ACTIVATIONS.get(next.node.op);
    const inputs = [...head.inputs, ...biased.inputs.slice(1)];
    absorbed.add(head);
    if (next !== undefined && activation !== undefined) absorbed.add(biased);
    const last = next !== undefined && activation !== undefined ? next : biased;
    byLast.set(last, { head, inputs, activation: activation ?? 'linear' });
  }
  return { byLast, absorbed };
}

/** Nodes that take each place; a place that is returned has a user that is no node. */
function usersOf(plan: Plan): ReadonlyMap<number, readonly (PlanNode | null)[]> {
  const users = new Map<number, (PlanNode | null)[]>();
  const add = (slot: number, user: PlanNode | null): void => {
    const known = users.get(slot);
    if (known === undefined) users.set(slot, [user]);
    else known.push(user);
  };
  for (const node of plan.nodes) for (const { slot } of node.inputs) add(slot, node);
  for (const { slot } of plan.returns) add(slot, null);
  return users;
}

function onlyUser(
  users: ReadonlyMap<number, readonly (PlanNode | null)[]>,
  { firstSlot }: PlanNode,
): PlanNode | undefined {
  const found = users.get(firstSlot) ?? [];
  return found.length === 1 ? (found[0] ?? undefined) : undefined;
}

function isHead({ node, attrs, outputTypes, inputs }: PlanNode): boolean {
  if (!HEADS.has(node.op) || outputTypes[0] !== 'float32') return false;
  if (inputs.some(({ reads }) => reads === true)) return false;
  if (node.op === 'MatMul') return !attrs.bool('transpose_a') && !attrs.bool('transpose_b');
  return attrs.string('data_format') === 'NHWC';
}

function addsBias({ node, attrs, inputs }: PlanNode, head: PlanNode): boolean {
  if (node.op !== 'BiasAdd' || attrs.string('data_format') !== 'NHWC') return false;
  return inputs[0]?.slot === head.firstSlot && inputs[1]?.reads !== true;
}
