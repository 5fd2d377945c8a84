import { SavedMetadata } from '@km/proto/keras-metadata';
import { decodeMessage } from './decode-message.ts';
import { nodeAt, nodePaths } from './node-paths.ts';
import type { SavedObjectGraph } from './saved-node.ts';

/** JSON that describes one layer, model or metric. */
export interface KerasMetadataNode {
  /** Index in the objects of the first meta graph. */
  readonly node: number;
  /** Path from the root: `root.layer_with_weights-0`. */
  readonly path: string;
  /** Such as `_tf_keras_sequential`, `_tf_keras_layer`, `_tf_keras_metric`. */
  readonly identifier: string;
  /** JSON in the dialect of Python, where `NaN` and tagged tuples occur. */
  readonly json: string;
  readonly producer: number;
  readonly minConsumer: number;
}

/** What Keras noted beside the objects of a SavedModel. */
export interface KerasMetadata {
  /** `file`: keras_metadata.pb (TensorFlow 2.5 and later); `objects`: in the object graph (up to 2.5). */
  readonly place: 'file' | 'objects';
  readonly nodes: readonly KerasMetadataNode[];
  /** Nodes whose path leads elsewhere than their index: the file belongs to another model. */
  readonly mismatches: readonly KerasMetadataNode[];
}

/** Identifiers of objects that Keras describes (tf_keras/src/saving/legacy/saved_model/constants.py). */
const IDENTIFIERS: ReadonlySet<string> = new Set([
  '_tf_keras_input_layer',
  '_tf_keras_layer',
  '_tf_keras_metric',
  '_tf_keras_model',
  '_tf_keras_network',
  '_tf_keras_rnn_layer',
  '_tf_keras_sequential',
]);

/** True for objects of Keras: layers, models, metrics. */
export function isKerasIdentifier(identifier: string): boolean {
  return IDENTIFIERS.has(identifier);
}

/** Decodes keras_metadata.pb; undefined when it describes nothing. @throws MalformedError. */
export function decodeKerasMetadata(
  bytes: Uint8Array,
  graph: SavedObjectGraph | undefined,
  source: string,
): KerasMetadata | undefined {
  const nodes = decodeMessage(SavedMetadata, bytes, source).nodes.map(
    ({ nodeId, nodePath, identifier, metadata, version }) => ({
      node: nodeId,
      path: nodePath,
      identifier,
      json: metadata,
      producer: version?.producer ?? 0,
      minConsumer: version?.minConsumer ?? 0,
    }),
  );
  if (nodes.length === 0) return undefined;
  const mismatches = nodes.filter(
    ({ node, path }) => graph === undefined || nodeAt(graph, path)?.id !== node,
  );
  return { place: 'file', nodes, mismatches };
}

/** Collects the metadata that TensorFlow up to 2.5 keeps in the objects; undefined when there is none. */
export function inlineKerasMetadata(graph: SavedObjectGraph): KerasMetadata | undefined {
  const nodes: KerasMetadataNode[] = [];
  const paths = nodePaths(graph);
  for (const { id, value } of graph.nodes) {
    const path = paths[id];
    if (value.kind !== 'userObject' || value.metadata === '' || path === undefined) continue;
    if (!isKerasIdentifier(value.identifier)) continue;
    const { identifier, metadata: json, producer, minConsumer } = value;
    nodes.push({ node: id, path, identifier, json, producer, minConsumer });
  }
  return nodes.length === 0 ? undefined : { place: 'objects', nodes, mismatches: [] };
}
