import { type CustomObjects, Layer, type Model, metrics } from '@km/layers';
import type { SavedModel, SavedObjectGraph } from '@km/savedmodel';
import { KERAS_EDGES } from '../revive/keras-edges.ts';
import { metadataByNode } from '../revive/metadata.ts';
import { sameNames } from '../revive/same-names.ts';
import { savedMetric } from '../revive/saved-metric.ts';
import type { ReportBuilder } from './load-report.ts';

/** What metrics are made from. */
interface Sources {
  readonly shown: string;
  readonly custom_objects: CustomObjects;
  readonly report: ReportBuilder;
}

/** A property of a layer that is a metric in the file. */
interface AddedMetric {
  readonly layer: Layer;
  readonly name: string;
  readonly node: number;
}

/**
 * Gives layers the metrics that were properties of theirs and stand in no config, as Keras does; one of an unknown class
 * is reported and left out.
 */
export function addMetrics(model: Model, saved: SavedModel, sources: Sources): void {
  const graph = saved.metaGraphs[0]?.objectGraph;
  const { kerasMetadata } = saved;
  const nodes = kerasMetadata?.nodes.filter(({ identifier }) => identifier === '_tf_keras_metric');
  if (graph === undefined || kerasMetadata === undefined || nodes === undefined) return;
  const found = findMetrics(graph, model, new Set(nodes.map(({ node }) => node)));
  if (found.length === 0) return;
  const noted = metadataByNode({ ...kerasMetadata, nodes }, sources.shown);
  for (const { layer, name, node } of found) {
    const metadata = noted.get(node);
    const value = metadata === undefined ? undefined : savedMetric(metadata, sources);
    if (value === undefined) continue;
    Object.defineProperty(layer, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
}

function findMetrics(
  graph: SavedObjectGraph,
  model: Model,
  metricNodes: ReadonlySet<number>,
): AddedMetric[] {
  const pairs = sameNames(graph, 0, model);
  return Array.from(pairs, ([id, layer]) => ({ id, layer })).flatMap(({ id, layer }) => {
    if (!(layer instanceof Layer) || layer instanceof metrics.Metric) return [];
    return (graph.nodes[id]?.children ?? []).flatMap(({ name, node }) => {
      const isNew = metricNodes.has(node) && !pairs.has(node) && !KERAS_EDGES.has(name);
      return isNew && !(name in layer) ? [{ layer, name, node }] : [];
    });
  });
}
