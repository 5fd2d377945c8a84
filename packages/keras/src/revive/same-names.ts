import { trackable_children } from '@km/layers';
import type { SavedObjectGraph } from '@km/savedmodel';
import { certainFirst } from '../object-graph/certain-first.ts';

/** Pairs of an object of the file and one of the program that edges of equal names lead to, from a first pair. */
export function sameNames(
  graph: SavedObjectGraph,
  id: number,
  item: object,
): ReadonlyMap<number, object> {
  const found = new Map<number, object>([[id, item]]);
  // Pairs that are found are added to the map and followed later.
  for (const [index, live] of found) {
    const children = new Map(trackable_children(live));
    for (const { name, node } of certainFirst(graph.nodes[index]?.children ?? [], children)) {
      const child = children.get(name);
      if (child !== undefined && !found.has(node)) found.set(node, child);
    }
  }
  return found;
}
