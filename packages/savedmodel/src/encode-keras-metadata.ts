import { encodeProto } from '@km/proto';
import { SavedMetadata } from '@km/proto/keras-metadata';
import type { KerasMetadataNode } from './keras-metadata.ts';

/** Encodes keras_metadata.pb. */
export function encodeKerasMetadata(nodes: readonly KerasMetadataNode[]): Uint8Array {
  return encodeProto(SavedMetadata, {
    nodes: nodes.map(({ node, path, identifier, json, producer, minConsumer }) => ({
      nodeId: node,
      nodePath: path,
      identifier,
      metadata: json,
      version: { producer, minConsumer },
    })),
  });
}
