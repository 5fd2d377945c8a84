import type { ObjectGraph } from '@km/checkpoint';
import { MAX_RECURSION } from '@km/core';

/** Most lines of a tree; the whole graph stands in the JSON. */
const MAX_LINES = 1_000;

/** Kind of the value of a variable, which most objects with a value are. */
const VARIABLE = 'VARIABLE_VALUE';

/** Draws an object graph as a tree from its root; `describe` says what is behind the name of a tensor. */
export function objectTree(
  graph: ObjectGraph,
  describe: (tensorName: string) => string,
): readonly string[] {
  const tree: Tree = { graph, describe, lines: ['root'], drawn: new Map([[0, 'root']]) };
  drawChildren(tree, { node: 0, path: '', indent: '', depth: 0 });
  const { lines } = tree;
  return lines.length > MAX_LINES
    ? [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more`]
    : lines;
}

interface Tree {
  readonly graph: ObjectGraph;
  readonly describe: (tensorName: string) => string;
  readonly lines: string[];
  /** Paths of the objects that have been drawn; drawn once, they are only named afterwards. */
  readonly drawn: Map<number, string>;
}

interface Place {
  readonly node: number;
  readonly path: string;
  readonly indent: string;
  readonly depth: number;
}

function drawChildren(tree: Tree, place: Place): void {
  const object = tree.graph.nodes[place.node];
  if (object === undefined || place.depth > MAX_RECURSION) return;
  const slots = object.slots.map(({ name, variable, node }) => ({
    name: `slot ${name} of ${tree.drawn.get(variable) ?? `object ${variable}`}`,
    node,
  }));
  const edges = [...object.children, ...slots];
  for (const [i, { name, node }] of edges.entries()) {
    const isLast = i === edges.length - 1;
    const known = tree.drawn.get(node);
    const behind = known === undefined ? valuesOf(tree, node) : ` → ${known}`;
    tree.lines.push(`${place.indent}${isLast ? '└─' : '├─'} ${name}${behind}`);
    if (known !== undefined) continue;
    const path = place.path === '' ? name : `${place.path}/${name}`;
    tree.drawn.set(node, path);
    const indent = `${place.indent}${isLast ? '   ' : '│  '}`;
    drawChildren(tree, { node, path, indent, depth: place.depth + 1 });
  }
}

function valuesOf({ graph, describe }: Tree, node: number): string {
  const values = (graph.nodes[node]?.attributes ?? []).map(
    ({ name, key }) => `${name === VARIABLE ? '' : `${name} `}${describe(key)}`,
  );
  return values.length === 0 ? '' : `  ${values.join(', ')}`;
}
