import type { ReadOptions, Tensor } from '@km/core';
import { Layer, type Model, metrics, type Variable } from '@km/layers';
import {
  bindVariables,
  type SavedModel,
  type SavedObjectGraph,
  selectMetaGraph,
} from '@km/savedmodel';
import { sameNames } from '../revive/same-names.ts';

/** A weight of the file that the class of a layer does not make. */
export interface AddedWeight {
  readonly layer: Layer;
  readonly name: string;
  readonly node: number;
}

/** Adds the weights that a file lists for layers of known classes beyond those of the class, as Keras does. */
export async function addWeights(
  model: Model,
  saved: SavedModel,
  read: ReadOptions,
): Promise<void> {
  const metaGraph = selectMetaGraph(saved);
  const graph = metaGraph.objectGraph;
  if (graph === undefined) return;
  const found = findAdded(graph, 0, model);
  if (found.length === 0) return;
  const { variables } = await bindVariables(saved, metaGraph, { ...read, allowUnbound: true });
  for (const added of found) {
    const value = graph.nodes[added.node]?.value;
    const record = await variables.get(added.node)?.tensor.read(read);
    if (value?.kind === 'variable' && record !== undefined) addWeight(added, record, value);
  }
}

/** Adds a weight with its value to the layer that it is listed for. */
export function addWeight(
  { layer, name }: AddedWeight,
  record: Tensor,
  { name: ownName, trainable }: Pick<Variable, 'name' | 'trainable'>,
): Variable {
  const initializer = { call: () => record, get_config: () => ({}) };
  const { dtype, shape } = record;
  const weight = layer.add_weight({ name, shape, dtype, trainable, initializer });
  weight.name = ownName;
  return weight;
}

/** Weights that a file lists for an object, or those inside, and that have a name no class of the program knows. */
export function findAdded(graph: SavedObjectGraph, root: number, item: object): AddedWeight[] {
  const pairs = sameNames(graph, root, item);
  const found: AddedWeight[] = [];
  for (const [id, layer] of pairs) {
    if (!(layer instanceof Layer) || layer instanceof metrics.Metric || !layer.built) continue;
    const children = graph.nodes[id]?.children ?? [];
    const list = children.find(({ name }) => name === 'variables')?.node ?? -1;
    const listed = new Set(graph.nodes[list]?.children.map(({ node }) => node));
    for (const { name, node } of children) {
      const isVariable = graph.nodes[node]?.value.kind === 'variable';
      if (!isVariable || pairs.has(node) || !listed.delete(node)) continue;
      found.push({ layer, name, node });
    }
  }
  return found;
}
