import type { JsonObject } from '@km/keras-config';
import type { SavedNode } from '@km/savedmodel';
import type { ObjectMetadata } from './metadata.ts';
import type { SavedObjects } from './saved-objects.ts';

/** Where a part of a revived model, or a function that gives one of its losses, stands in its file. */
export interface Origin {
  readonly objects: SavedObjects;
  readonly node: SavedNode;
  /** What Keras noted of it; null for parts that Keras does not know. */
  readonly json: JsonObject | null;
}

const origins: WeakMap<object, Origin> = new WeakMap();

/** Notes where something was made from. */
export function setOrigin(item: object, origin: Origin): void {
  origins.set(item, origin);
}

/** Where something was made from; undefined for what came another way. */
export function originOf(item: object): Origin | undefined {
  return origins.get(item);
}

/** Notes where an object of the program stands in a file, in both directions. */
export function noteOrigin(
  item: object,
  id: number,
  objects: SavedObjects,
  metadata: ReadonlyMap<number, ObjectMetadata>,
): void {
  const node = objects.graph.nodes[id];
  if (node === undefined) return;
  objects.live.set(id, item);
  setOrigin(item, { objects, node, json: metadata.get(id)?.json ?? null });
}
