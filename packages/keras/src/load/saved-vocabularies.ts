import { type ReadOptions, readAll, type Tensor } from '@km/core';
import { layers, type Model } from '@km/layers';
import {
  decodeTensorProto,
  type MetaGraph,
  type SavedModel,
  type SavedNode,
  type SavedObjectGraph,
} from '@km/savedmodel';

type Token = string | number;
type LookupLayer = InstanceType<typeof layers.StringLookup | typeof layers.IntegerLookup>;

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
    if (entries !== undefined) inner.set_vocabulary(tokensOf(entries, inner));
  }
}

function isEmptyLookup(layer: unknown): layer is LookupLayer {
  const isLookup = layer instanceof layers.StringLookup || layer instanceof layers.IntegerLookup;
  return isLookup && layer.output_mode !== 'tf_idf' && layer.get_vocabulary(false).length === 0;
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

type Entries = readonly (readonly [Token, Token])[];

/** Keys and values with which a table is filled; undefined when neither constants nor a file say them. */
async function entriesOf(table: SavedNode, source: Source): Promise<Entries | undefined> {
  const { graph, metaGraph } = source;
  const fill = childOf(graph, table, '_initialize')?.value;
  const name = fill?.kind === 'function' ? fill.concreteFunctions[0] : undefined;
  const bound = graph.concreteFunctions.get(name ?? '')?.boundInputs ?? [];
  const values = bound.map((id) => graph.nodes[id]?.value);
  const constants = values.flatMap((value) =>
    value?.kind === 'constant' ? [constantOf(metaGraph, value.operation)] : [],
  );
  const [keys, numbers] = constants;
  if (keys !== undefined && numbers !== undefined) {
    return keys.flatMap((key, i) => {
      const value = numbers[i];
      return value === undefined ? [] : [[key, value] as const];
    });
  }
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
  return proto ? plainValues(decodeTensorProto(proto)) : [];
}

function plainValues(tensor: Tensor): Token[] {
  if (tensor.dtype !== 'string') return Array.from(tensor.data as ArrayLike<number>, Number);
  return tensor.data.map((bytes) => new TextDecoder().decode(bytes));
}

/** The tokens in the order of their numbers. */
function tokensOf(entries: Entries, layer: LookupLayer): Token[] {
  const pairs = layer.invert ? entries : entries.map(([key, value]) => [value, key] as const);
  const special = new Set<Token | null>([layer.mask_token, layer.oov_token]);
  return [...pairs]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, token]) => token)
    .filter((token) => !special.has(token));
}
