import { MalformedError, UnsupportedError } from '@km/core';
import { SavedModel } from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { decodeMetaGraph, type MetaGraph } from './meta-graph.ts';
import { BYTES, joinParts, wireFields } from './wire-fields.ts';

/** Decoded saved_model.pb. */
export interface DecodedSavedModel {
  readonly schemaVersion: number;
  readonly metaGraphs: readonly MetaGraph[];
}

/** Fields of `SavedModel`; the first one is a list of nodes in a bare `GraphDef`. */
const SCHEMA_VERSION = 1;
const META_GRAPHS = 2;

/**
 * Decodes saved_model.pb.
 * @throws MalformedError or TruncatedError when it is damaged; UnsupportedError when it is a bare graph.
 */
export function decodeSavedModel(bytes: Uint8Array, source: string): DecodedSavedModel {
  const rest: Uint8Array[] = [];
  const metaGraphs: MetaGraph[] = [];
  for (const { number, wireType, whole, content } of wireFields(bytes, source)) {
    if (number === SCHEMA_VERSION && wireType === BYTES) throw frozenGraph(source);
    if (number === META_GRAPHS && wireType === BYTES) {
      metaGraphs.push(decodeMetaGraph(content, source));
    } else {
      rest.push(whole);
    }
  }
  if (metaGraphs.length === 0) {
    throw new MalformedError(`${source} holds no graph; it is no SavedModel, or empty.`, {
      source,
    });
  }
  const { savedModelSchemaVersion } = decodeMessage(SavedModel, joinParts(rest), source);
  return { schemaVersion: Number(savedModelSchemaVersion), metaGraphs };
}

function frozenGraph(source: string): UnsupportedError {
  return new UnsupportedError(
    `${source} is a bare GraphDef, as frozen graphs of TensorFlow 1 are, not a SavedModel; ` +
      'convert it with tf.compat.v1.saved_model.simple_save.',
    { source },
  );
}
