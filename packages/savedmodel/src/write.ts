import {
  type CheckpointStore,
  encodeObjectGraph,
  joinKey,
  type NamedTensor,
  type ObjectGraph,
  writeCheckpoint,
} from '@km/checkpoint';
import {
  type ByteChunks,
  checkKey,
  joinChunks,
  type Tensor,
  type WritableStore,
  type WriteOptions,
} from '@km/core';
import { encodeProto } from '@km/proto';
import {
  type FunctionDef,
  type MetaGraphDef,
  type RegisteredGradient,
  SavedModel,
} from '@km/proto/saved-model';
import { encodeFingerprint } from './encode-fingerprint.ts';
import { encodeKerasMetadata } from './encode-keras-metadata.ts';
import { encodeSavedObjectGraph } from './encode-object-graph.ts';
import type { KerasMetadataNode } from './keras-metadata.ts';
import { mainGraph } from './main-graph.ts';
import type { SavedObjectGraph } from './saved-node.ts';

/** Where a SavedModel is written: an empty directory of a store, `''` for the store itself. */
export interface SavedModelTarget {
  readonly store: WritableStore;
  readonly path: string;
}

/** A file that is written below `assets/`. */
export interface WrittenAsset {
  readonly filename: string;
  readonly data: ByteChunks;
}

/** The checkpoint of the variables. */
export interface WrittenVariables {
  /** Objects of the checkpoint, which may be more than those of the model. */
  readonly objects: ObjectGraph;
  readonly tensors: Iterable<NamedTensor>;
  /** Names in the checkpoint of the variables among the model's objects, by object. */
  readonly keys: ReadonlyMap<number, string>;
}

/** What a SavedModel consists of. */
export interface SavedModelParts {
  /** Objects, the root first, and the traces of their functions, whose names end in numbers. */
  readonly objects: SavedObjectGraph;
  /** Bodies of the traces, and of the functions that these call. */
  readonly functions: readonly FunctionDef.$Properties[];
  /** Functions of gradients that nodes have of their own. */
  readonly gradients?: readonly RegisteredGradient.$Properties[];
  /** Values of the constants among the objects, by the names of their nodes. */
  readonly constants?: ReadonlyMap<string, Tensor>;
  /** Traces that may be called by the names of their inputs, by the names of the signatures. */
  readonly signatures?: ReadonlyMap<string, string>;
  readonly variables: WrittenVariables;
  readonly assets?: readonly WrittenAsset[];
  /** JSON of Keras, by object; without it the model is none of Keras. */
  readonly kerasMetadata?: readonly KerasMetadataNode[];
  /** Names under which other programs look for functions, by the name of the function. */
  readonly functionAliases?: ReadonlyMap<string, string>;
  /** True leaves out what restores and saves the variables in programs that do not read the objects. */
  readonly skipSaver?: boolean;
  /** Further tags beside `serve`. */
  readonly tags?: readonly string[];
}

/** Oldest version of TensorFlow that reads what is written, and its number for graphs. */
const TENSORFLOW = { version: '2.4.0', producer: 561, minConsumer: 12 } as const;

/**
 * Writes a SavedModel in the dialect that TensorFlow 2.4 to 2.21 read: variables, assets, saved_model.pb,
 * fingerprint.pb, keras_metadata.pb. Equal parts give equal bytes. An interrupted write leaves an incomplete directory:
 * write to a new one and rename it.
 * @throws MalformedError when parts refer to others that are not there; what the tensors and the store throw.
 */
export async function writeSavedModel(
  target: SavedModelTarget,
  parts: SavedModelParts,
  options: WriteOptions = {},
): Promise<void> {
  const { store } = target;
  const { signal } = options;
  const at = (name: string): string => joinKey(target.path, name);
  const metaGraph = encodeMetaGraph(parts);
  const bytes = encodeProto(SavedModel, {
    savedModelSchemaVersion: 1n,
    metaGraphs: [metaGraph],
  });
  const { objects, tensors } = parts.variables;
  const kept = keepIndex(store, at('variables/variables.index'));
  const variables = { store: kept.store, path: at('variables/variables') };
  await writeCheckpoint(variables, tensors, { ...options, objectGraph: objects });
  for (const { filename, data } of parts.assets ?? []) {
    await store.write(at(`assets/${checkKey(filename)}`), data, { signal });
  }
  await store.write(at('saved_model.pb'), [bytes], { signal, byteLength: bytes.length });
  const fingerprint = encodeFingerprint({
    savedModel: bytes,
    metaGraph,
    variablesIndex: kept.index(),
  });
  await store.write(at('fingerprint.pb'), [fingerprint], { signal });
  const metadata = parts.kerasMetadata ?? [];
  if (metadata.length > 0) {
    await store.write(at('keras_metadata.pb'), [encodeKerasMetadata(metadata)], { signal });
  }
}

/** Makes the message of the one graph that a model has. */
function encodeMetaGraph(parts: SavedModelParts): MetaGraphDef.$Properties {
  const { objects, functions, variables, skipSaver = false } = parts;
  const graph = mainGraph({
    objects,
    functions,
    signatures: parts.signatures ?? new Map(),
    constants: parts.constants ?? new Map(),
    variableKeys: variables.keys,
    assets: parts.assets?.map(({ filename }) => filename) ?? [],
    checkpointObjects: skipSaver ? undefined : encodeObjectGraph(variables.objects),
  });
  const { version, producer, minConsumer } = TENSORFLOW;
  return {
    metaInfoDef: {
      tags: ['serve', ...(parts.tags ?? [])],
      tensorflowVersion: version,
      tensorflowGitVersion: 'unknown',
      strippedDefaultAttrs: true,
      functionAliases: Object.fromEntries(parts.functionAliases ?? []),
    },
    graphDef: {
      node: graph.nodes,
      library: {
        function: [...functions],
        registeredGradients: [...(parts.gradients ?? [])],
      },
      versions: { producer, minConsumer },
    },
    ...(graph.saver && { saverDef: graph.saver }),
    collectionDef: { saved_model_main_op: { nodeList: { value: [graph.initializer] } } },
    signatureDef: graph.signatures,
    assetFileDef: graph.assets,
    objectGraphDef: encodeSavedObjectGraph(objects),
  };
}

/** A store that keeps in memory what is written under one key. */
function keepIndex(
  store: WritableStore,
  key: string,
): { readonly store: CheckpointStore; index(): Uint8Array } {
  let kept: Uint8Array = new Uint8Array();
  return {
    index: () => kept,
    store: {
      async write(name, chunks, options) {
        if (name !== key) return store.write(name, chunks, options);
        kept = await joinChunks(chunks);
        return store.write(name, [kept], options);
      },
    },
  };
}
