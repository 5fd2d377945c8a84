import type { ObjectEdge } from '@km/checkpoint';

/**
 * Edges of a model in the order in which they are to be trusted. Whether a layer with a table is one "with weights" differs
 * from version to version, and with it the numbers of all that follow; where the counts agree those numbers hold.
 */
export function certainFirst(
  edges: readonly ObjectEdge[],
  live: ReadonlyMap<string, unknown>,
): readonly ObjectEdge[] {
  const isCounted = (name: string): boolean => name.startsWith('layer_with_weights-');
  const counted = edges.filter(({ name }) => isCounted(name));
  if (counted.length === [...live.keys()].filter(isCounted).length) return edges;
  return [...edges.filter(({ name }) => !isCounted(name)), ...counted];
}
