import { type ReadOptions, readAll } from '@km/core';
import type { Model } from '@km/layers';
import {
  decodeTensorProto,
  type MetaGraph,
  type SavedModel,
  type SavedNode,
  type SavedObjectGraph,
} from '@km/savedmodel';
import {
  isLookupLayer,
  type LookupLayer,
  pairEntries,
  setVocabulary,
  type TableEntries,
  type Token,
  tokensOfTensor,
} from './vocabulary.ts';

/**
 * Gives lookup and text layers the vocabularies that they learned from data, which stand in their tables and not in their
 * configurations.
 */
export async function fillVocabularies(
  model: Model,
  saved: SavedModel,
  read: ReadOptions,
): Promise<void> {
  const [metaGraph] = saved.metaGraphs;
  const graph = metaGraph?.objectGraph;
  if (metaGraph === undefined || graph === undefined) return;
  for (const layer of model._flatten_layers()) {
    const inner = '_lookup_layer' in layer ? layer._lookup_layer : layer;
    if (!isEmptyLookup(inner)) continue;
    const found = saved.kerasMetadata?.nodes.find(({ json }) => nameIn(json) === layer.name);
    const owner = found && graph.nodes[found.node];
    const node = inner === layer ? owner : childOf(graph, owner, '_lookup_layer');
    const table = childOf(graph, node, 'lookup_table');
    const entries = table && (await entriesOf(table, { saved, metaGraph, graph, read }));
    if (entries !== undefined) setVocabulary(inner, entries);
  }
}

function isEmptyLookup(layer: unknown): layer is LookupLayer {
  return (
    isLookupLayer(layer) &&
    layer.output_mode !== 'tf_idf' &&
    layer.get_vocabulary(false).length === 0
  );
}

/** Name of the layer that a piece of metadata describes. */
function nameIn(json: string): string | undefined {
  return /^\{"(?:class_name": "[^"]*", ")?name": "([^"]*)"/.exec(json)?.[1];
}

function childOf(
  graph: SavedObjectGraph,
  node: SavedNode | undefined,
  name: string,
): SavedNode | undefined {
  const edge = node?.children.find((found) => found.name === name);
  return edge === undefined ? undefined : graph.nodes[edge.node];
}

/** Where tables are read from. */
interface Source {
  readonly saved: SavedModel;
  readonly metaGraph: MetaGraph;
  readonly graph: SavedObjectGraph;
  readonly read: ReadOptions;
}

/** Keys and values with which a table is filled; undefined when neither constants nor a file say them. */
async function entriesOf(table: SavedNode, source: Source): Promise<TableEntries | undefined> {
  const { graph, metaGraph } = source;
  const fill = childOf(graph, table, '_initialize')?.value;
  const name = fill?.kind === 'function' ? fill.concreteFunctions[0] : undefined;
  const bound = graph.concreteFunctions.get(name ?? '')?.boundInputs ?? [];
  const values = bound.map((id) => graph.nodes[id]?.value);
  const constants = values.flatMap((value) =>
    value?.kind === 'constant' ? [constantOf(metaGraph, value.operation)] : [],
  );
  const [keys, numbers] = constants;
  if (keys !== undefined && numbers !== undefined) return pairEntries(keys, numbers);
  const asset = values.find((value) => value?.kind === 'asset');
  if (asset?.kind !== 'asset') return undefined;
  const lines = await linesOf(asset.asset, source);
  return lines.map((line, i) => [line, i] as const);
}

async function linesOf(asset: number, { saved, metaGraph, read }: Source): Promise<string[]> {
  const file = metaGraph.assets[asset];
  if (file === undefined) return [];
  const bytes = await readAll(await saved.openAsset(file, read), read);
  return new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n');
}

function constantOf({ graph }: MetaGraph, operation: string): Token[] {
  const proto = graph.nodes.find(({ name }) => name === operation)?.attr.value?.tensor;
  return proto ? tokensOfTensor(decodeTensorProto(proto)) : [];
}
