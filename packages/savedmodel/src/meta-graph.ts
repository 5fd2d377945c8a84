import type { CollectionDef, MetaGraphDef, SaverDef } from '@km/proto/saved-model';
import { AssetFileDef, MetaGraphDef as MetaGraphMessage } from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { decodeSavedObjectGraph } from './decode-object-graph.ts';
import { type GraphVariable, graphVariables } from './graph-variables.ts';
import { type SavedGraph, savedGraph } from './saved-graph.ts';
import type { SavedObjectGraph } from './saved-node.ts';
import { decodeSignatures, type Signature } from './signature.ts';
import { BYTES, joinParts, wireFields } from './wire-fields.ts';

/** A file that a graph refers to. */
export interface AssetFile {
  /** Name below `assets/`. */
  readonly filename: string;
  /** Tensor that receives its path; empty in files with objects. */
  readonly tensor: string;
}

/** One graph of a SavedModel with all that belongs to it. */
export interface MetaGraph {
  /** Such as `serve`, `train`, `gpu`. */
  readonly tags: readonly string[];
  readonly tensorflowVersion: string;
  readonly tensorflowGitVersion: string;
  /** True when attributes that have their default are left out of nodes. */
  readonly strippedDefaultAttrs: boolean;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly graph: SavedGraph;
  /** Objects, as TensorFlow 2 writes them; undefined in files of TensorFlow 1. */
  readonly objectGraph: SavedObjectGraph | undefined;
  readonly assets: readonly AssetFile[];
  readonly collections: ReadonlyMap<string, CollectionDef>;
  /** Variables that collections list, as TensorFlow 1 writes them. */
  readonly graphVariables: readonly GraphVariable[];
  readonly saver: SaverDef | undefined;
  /** Ops that a function stands for, by function name. */
  readonly functionAliases: ReadonlyMap<string, string>;
  /** The message without its graph and its objects, for what has no place above. */
  readonly proto: MetaGraphDef;
}

/** Fields of `MetaGraphDef` that hold the graph and the objects. */
const GRAPH_DEF = 2;
const OBJECT_GRAPH_DEF = 7;

/**
 * Decodes a `MetaGraphDef`; the graph, which is most of it, is decoded when it is asked for.
 * @throws MalformedError or TruncatedError when it is damaged.
 */
export function decodeMetaGraph(bytes: Uint8Array, source: string): MetaGraph {
  const graphParts: Uint8Array[] = [];
  const objectParts: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  for (const { number, wireType, content, whole } of wireFields(bytes, source)) {
    if (number === GRAPH_DEF && wireType === BYTES) graphParts.push(content);
    else if (number === OBJECT_GRAPH_DEF && wireType === BYTES) objectParts.push(content);
    else rest.push(whole);
  }
  const proto = decodeMessage(MetaGraphMessage, joinParts(rest), source);
  const { metaInfoDef: info, saverDef } = proto;
  return {
    tags: info?.tags ?? [],
    tensorflowVersion: info?.tensorflowVersion ?? '',
    tensorflowGitVersion: info?.tensorflowGitVersion ?? '',
    strippedDefaultAttrs: info?.strippedDefaultAttrs ?? false,
    signatures: decodeSignatures(proto.signatureDef),
    graph: savedGraph(joinParts(graphParts), source),
    objectGraph:
      objectParts.length === 0 ? undefined : decodeSavedObjectGraph(joinParts(objectParts), source),
    assets: assetsOf(proto, source),
    collections: new Map(Object.entries(proto.collectionDef)),
    graphVariables: graphVariables(proto.collectionDef, source),
    saver: saverDef ?? undefined,
    functionAliases: new Map(Object.entries(info?.functionAliases ?? {})),
    proto,
  };
}

/** Collection in which TensorFlow 1 lists files. */
const ASSETS = 'saved_model_assets';

function assetsOf({ assetFileDef, collectionDef }: MetaGraphDef, source: string): AssetFile[] {
  const listed = collectionDef[ASSETS]?.anyList?.value ?? [];
  const assets =
    assetFileDef.length > 0
      ? assetFileDef
      : listed.map(({ value }) => decodeMessage(AssetFileDef, value, `collection of ${source}`));
  return assets.map(({ filename, tensorInfo }) => ({ filename, tensor: tensorInfo?.name ?? '' }));
}
