import { NotFoundError } from '@km/core';
import type { MetaGraph } from './meta-graph.ts';
import type { SavedModel } from './read.ts';

/**
 * Picks the graph that has exactly these tags; without tags the only one, else the one with the tag `serve` alone, else
 * the first.
 * @throws NotFoundError that lists the tags there are.
 */
export function selectMetaGraph(model: SavedModel, tags?: readonly string[]): MetaGraph {
  const [first] = model.metaGraphs;
  const wanted = tags ?? (model.metaGraphs.length === 1 ? undefined : ['serve']);
  const found = wanted && model.metaGraphs.find((graph) => sameTags(graph.tags, wanted));
  const chosen = found ?? (tags === undefined ? first : undefined);
  if (chosen !== undefined) return chosen;
  const known = model.metaGraphs.map((graph) => `[${graph.tags.join(', ')}]`).join(', ');
  throw new NotFoundError(
    `No graph has the tags [${(tags ?? []).join(', ')}]; there are ${known}.`,
  );
}

function sameTags(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((tag) => right.has(tag));
}
