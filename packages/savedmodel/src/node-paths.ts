import type { SavedEdge, SavedNode, SavedObjectGraph } from './saved-node.ts';

/** Name of the root in paths. */
const ROOT = 'root';

/** Path of each object from the root, the shortest and first one: `root.layer_with_weights-0.kernel`; undefined for one that no path leads to. */
export function nodePaths(graph: SavedObjectGraph): readonly (string | undefined)[] {
  const paths: (string | undefined)[] = new Array<string | undefined>(graph.nodes.length);
  const queue = graph.nodes.slice(0, 1);
  if (queue.length > 0) paths[0] = ROOT;
  for (const node of queue) {
    for (const edge of node.children) {
      const child = graph.nodes[edge.node];
      if (child === undefined || paths[edge.node] !== undefined) continue;
      paths[edge.node] = `${paths[node.id] ?? ROOT}.${edge.name}`;
      queue.push(child);
    }
  }
  return paths;
}

/** Object that a path leads to; names of edges may hold dots themselves. */
export function nodeAt(graph: SavedObjectGraph, path: string): SavedNode | undefined {
  let node = graph.nodes[0];
  if (path === ROOT) return node;
  if (!path.startsWith(`${ROOT}.`)) return undefined;
  for (let from = ROOT.length + 1; node !== undefined && from <= path.length; ) {
    const edge = longestEdge(node, path, from);
    if (edge === undefined) return undefined;
    node = graph.nodes[edge.node];
    from += edge.name.length + 1;
  }
  return node;
}

/** Longest edge whose name stands at a place of a path, up to a dot or the end. */
function longestEdge(node: SavedNode, path: string, from: number): SavedEdge | undefined {
  let best: SavedEdge | undefined;
  for (const edge of node.children) {
    const end = path[from + edge.name.length] ?? '.';
    if (end !== '.' || !path.startsWith(edge.name, from)) continue;
    if (best === undefined || edge.name.length > best.name.length) best = edge;
  }
  return best;
}
