import { type Layer, trackable_view, type Variable } from '@km/layers';
import type { SavedNode } from '@km/savedmodel';
import { reachable } from '../object-graph/reachable.ts';
import type { ObjectMetadata } from './metadata.ts';
import type { SavedObjects } from './saved-objects.ts';

/**
 * Variables that a file lists for a layer and that none of its parts holds, such as those of cells in stacks that
 * TensorFlow 2.4 wrote. The state of metrics is listed, too, but belongs to them.
 */
export function listedOnly(
  node: SavedNode,
  layer: Layer,
  {
    objects,
    metadata,
  }: {
    readonly objects: SavedObjects;
    readonly metadata: ReadonlyMap<number, ObjectMetadata>;
  },
): (readonly [name: string, variable: Variable])[] {
  const held = new Set<object>(reachable(layer, trackable_view()));
  const ofMetrics = new Set<number>();
  for (const [id, { identifier }] of metadata) {
    if (identifier !== '_tf_keras_metric') continue;
    for (const child of objects.graph.nodes[id]?.children ?? []) ofMetrics.add(child.node);
  }
  const listed = objects.child(node, 'variables')?.children ?? [];
  return listed.flatMap(({ name, node: id }) => {
    const variable = objects.variables.get(id);
    if (variable === undefined || held.has(variable) || ofMetrics.has(id)) return [];
    return [[`variables_${name}`, variable] as const];
  });
}
