import { MAX_RECURSION, MalformedError } from '@km/core';
import type { Plan, PlanNode } from './plan.ts';

/** Nodes and loops in the order in which they run. */
export interface Block {
  readonly items: readonly BlockItem[];
}

/** A loop of TensorFlow 1: a frame that its Enter nodes lead into and its Exit nodes out of. */
export interface Loop extends Block {
  readonly enters: readonly PlanNode[];
  readonly merges: readonly PlanNode[];
  readonly exits: readonly PlanNode[];
  /** All nodes of the frame, those of inner loops left out. */
  readonly nodes: readonly PlanNode[];
}

/** One node, or a whole loop. */
export type BlockItem = PlanNode | Loop;

interface Frame {
  readonly parent: Frame | undefined;
  readonly depth: number;
  readonly children: Map<string, Frame>;
  readonly nodes: PlanNode[];
}

/**
 * Finds the loops of a graph by their frames and sorts nodes and loops.
 * @throws MalformedError when loops are entangled; nodes of a loop reach others only through Enter and Exit.
 */
export function arrange(plan: Plan, name: string): Block {
  const producers = new Map<number, PlanNode>();
  for (const node of plan.nodes) {
    for (let i = 0; i < node.outputTypes.length; i++) producers.set(node.firstSlot + i, node);
  }
  const root = newFrame(undefined);
  const frames = assignFrames(plan, producers, root, name);
  return { items: sortItems(root, frames, producers, name) };
}

function newFrame(parent: Frame | undefined): Frame {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return { parent, depth, children: new Map(), nodes: [] };
}

/** Frame in which each node runs; an Exit runs in the loop that it leaves. */
function assignFrames(
  plan: Plan,
  producers: ReadonlyMap<number, PlanNode>,
  root: Frame,
  name: string,
): Map<PlanNode, Frame> {
  const frames = new Map<PlanNode, Frame>();
  const frameAfter = (node: PlanNode): Frame | undefined => {
    const frame = frames.get(node);
    return isExit(node) ? (frame?.parent ?? frame) : frame;
  };
  for (const node of plan.nodes) {
    let frame = root;
    for (const before of neededBy(node, producers)) {
      const candidate = frameAfter(before);
      if (candidate !== undefined && candidate.depth > frame.depth) frame = candidate;
    }
    if (isEnter(node)) frame = childFrame(frame, node.attrs.string('frame_name'), name);
    frames.set(node, frame);
    frame.nodes.push(node);
  }
  return frames;
}

function childFrame(parent: Frame, key: string, name: string): Frame {
  const known = parent.children.get(key);
  if (known !== undefined) return known;
  if (parent.depth >= MAX_RECURSION) {
    throw new MalformedError(`${name} nests loops deeper than ${MAX_RECURSION}.`);
  }
  const made = newFrame(parent);
  parent.children.set(key, made);
  return made;
}

function neededBy(node: PlanNode, producers: ReadonlyMap<number, PlanNode>): PlanNode[] {
  return [...node.inputs.flatMap(({ slot }) => producers.get(slot) ?? []), ...node.controls];
}

/** Sorts the nodes of a frame, with inner loops as single items, behind what they need. */
function sortItems(
  frame: Frame,
  frames: ReadonlyMap<PlanNode, Frame>,
  producers: ReadonlyMap<number, PlanNode>,
  name: string,
): BlockItem[] {
  const loops = new Map(
    [...frame.children.values()].map((child) => [child, makeLoop(child, frames, producers, name)]),
  );
  const items: BlockItem[] = [...frame.nodes, ...loops.values()];
  const itemOf = (node: PlanNode): BlockItem | undefined => {
    let at = frames.get(node);
    while (at !== undefined && at.parent !== frame && at !== frame) at = at.parent;
    return at === undefined || at === frame ? node : loops.get(at);
  };
  const needs = new Map<BlockItem, Set<BlockItem>>();
  for (const item of items) needs.set(item, new Set());
  for (const [node] of frames) {
    const item = itemOf(node);
    const own = item === undefined ? undefined : needs.get(item);
    if (own === undefined || item === undefined) continue;
    for (const before of neededBy(node, producers)) {
      const other = itemOf(before);
      const closesLoop = isMerge(node) && isNext(before);
      if (other !== undefined && other !== item && !closesLoop && needs.has(other)) own.add(other);
    }
  }
  return topological(items, needs, name);
}

function topological(
  items: readonly BlockItem[],
  needs: ReadonlyMap<BlockItem, ReadonlySet<BlockItem>>,
  name: string,
): BlockItem[] {
  const waiting = new Map(items.map((item) => [item, needs.get(item)?.size ?? 0]));
  const users = new Map<BlockItem, BlockItem[]>();
  for (const item of items) {
    for (const before of needs.get(item) ?? [])
      users.set(before, [...(users.get(before) ?? []), item]);
  }
  const sorted = items.filter((item) => waiting.get(item) === 0);
  for (const item of sorted) {
    for (const user of users.get(item) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) sorted.push(user);
    }
  }
  if (sorted.length === items.length) return sorted;
  throw new MalformedError(`${name} has a cycle that is no loop; the graph is damaged.`);
}

function makeLoop(
  frame: Frame,
  frames: ReadonlyMap<PlanNode, Frame>,
  producers: ReadonlyMap<number, PlanNode>,
  name: string,
): Loop {
  return {
    items: sortItems(frame, frames, producers, name),
    nodes: frame.nodes,
    enters: frame.nodes.filter(isEnter),
    merges: frame.nodes.filter(isMerge),
    exits: frame.nodes.filter(isExit),
  };
}

function isEnter({ node }: PlanNode): boolean {
  return node.op === 'Enter' || node.op === 'RefEnter';
}

function isExit({ node }: PlanNode): boolean {
  return node.op === 'Exit' || node.op === 'RefExit';
}

function isMerge({ node }: PlanNode): boolean {
  return node.op === 'Merge' || node.op === 'RefMerge';
}

function isNext({ node }: PlanNode): boolean {
  return node.op === 'NextIteration' || node.op === 'RefNextIteration';
}
