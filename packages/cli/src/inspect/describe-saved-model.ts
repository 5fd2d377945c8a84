import { isKmError, messageOf } from '@km/core';
import { isJsonObject, type JsonObject, parseConfig } from '@km/keras-config';
import type {
  Fingerprint,
  KerasMetadata,
  MetaGraph,
  PartialShape,
  SavedObjectGraph,
  Signature,
  SignatureTensor,
  Structure,
} from '@km/savedmodel';
import { formatShape } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';
import { describeModelValue, type ModelDescription } from './describe-config.ts';
import { describeTrainingValue, type TrainingDescription } from './describe-training.ts';

/** A function that can be called, and the traces that it has. */
export interface FunctionDescription extends PrintableObject {
  readonly name: string;
  readonly traces: number;
  /** Tensors that the first trace takes, such as `x: float32 (?, 4)`. */
  readonly arguments: readonly string[];
}

/** What Keras noted in a SavedModel. */
export interface KerasDescription {
  readonly place: KerasMetadata['place'];
  readonly version: string | undefined;
  readonly model: ModelDescription | undefined;
  readonly training: TrainingDescription | undefined;
  /** Objects of the layers right below the root, by name. */
  readonly layers: ReadonlyMap<string, number>;
  readonly mismatches: number;
  readonly note?: string;
}

/** Describes a signature. */
export function describeSignature({ methodName, inputs, outputs }: Signature): PrintableObject {
  const side = (tensors: ReadonlyMap<string, SignatureTensor>): PrintableObject =>
    Object.fromEntries(Array.from(tensors, ([name, tensor]) => [name, describeTensor(tensor)]));
  return { method: methodName, inputs: side(inputs), outputs: side(outputs) };
}

function describeTensor({ dtype, shape, place }: SignatureTensor): PrintableObject {
  return { dtype, shape, tensor: place.kind === 'dense' ? place.tensor : place.kind };
}

/** Writes a shape that may be unknown. */
export function partialShapeText(shape: PartialShape): string {
  return shape === null ? 'unknown rank' : formatShape(shape);
}

/** Functions that the root has, as `model.__call__`; empty for graphs of TensorFlow 1. */
export async function describeFunctions(
  graph: SavedObjectGraph | undefined,
): Promise<readonly FunctionDescription[]> {
  const { specsOf } = await import('@km/savedmodel');
  const specText = (spec: ReturnType<typeof specsOf>[number]): string =>
    spec.kind === 'typeSpec'
      ? spec.className
      : `${spec.name === '' ? '' : `${spec.name}: `}${spec.dtype} ${partialShapeText(spec.shape)}`;
  const found: FunctionDescription[] = [];
  for (const { name, node } of graph?.nodes[0]?.children ?? []) {
    const value = graph?.nodes[node]?.value;
    if (value?.kind !== 'function' && value?.kind !== 'bareConcreteFunction') continue;
    const traces = value.kind === 'function' ? value.concreteFunctions : [value.concreteFunction];
    const first = graph?.concreteFunctions.get(traces[0] ?? '');
    const signature: Structure = first?.inputSignature ?? { kind: 'unset' };
    found.push({ name, traces: traces.length, arguments: specsOf(signature).map(specText) });
  }
  return found;
}

/** Describes what Keras noted; undefined when Keras did not write the model. */
export function describeKeras(metadata: KerasMetadata | undefined): KerasDescription | undefined {
  if (metadata === undefined) return undefined;
  const { place, nodes, mismatches } = metadata;
  const facts = {
    place,
    layers: layerNodes(metadata),
    mismatches: mismatches.length,
  };
  const root = nodes.find(({ path }) => path === 'root');
  const nothing = { version: undefined, model: undefined, training: undefined };
  if (root === undefined) return { ...facts, ...nothing };
  try {
    return { ...facts, ...describeRoot(parseConfig(root.json, { source: 'Keras metadata' })) };
  } catch (error) {
    if (!isKmError(error)) throw error;
    return { ...facts, ...nothing, note: messageOf(error) };
  }
}

function describeRoot(json: unknown): Pick<KerasDescription, 'model' | 'training' | 'version'> {
  const root: JsonObject = isJsonObject(json) ? json : {};
  const version = typeof root.keras_version === 'string' ? root.keras_version : undefined;
  const stored = isJsonObject(root.model_config) ? root.model_config : root;
  const config = 'config' in stored ? stored : { ...stored, config: {} };
  return {
    version,
    model: describeModelValue(config, version),
    training: describeTrainingValue(root.training_config ?? null, version),
  };
}

function layerNodes({ nodes }: KerasMetadata): Map<string, number> {
  const found = new Map<string, number>();
  for (const { node, path, json } of nodes) {
    if (!/^root\.[^.]+$/.test(path)) continue;
    // The name stands near the start; nothing else of the JSON is wanted.
    const name = /"name":\s*"((?:[^"\\]|\\.)*)"/.exec(json)?.[1];
    if (name !== undefined && !found.has(name)) found.set(name, node);
  }
  return found;
}

/** Describes the hashes of a fingerprint, as TensorFlow prints them. */
export function describeFingerprint(fingerprint: Fingerprint): PrintableObject {
  return {
    saved_model_checksum: String(fingerprint.savedModelChecksum),
    graph_def_program_hash: String(fingerprint.graphDefProgramHash),
    signature_def_hash: String(fingerprint.signatureDefHash),
    saved_object_graph_hash: String(fingerprint.savedObjectGraphHash),
    checkpoint_hash: String(fingerprint.checkpointHash),
    producer: fingerprint.producer,
  };
}

/** Tags of a graph, as `saved_model_cli` prints them. */
export function tagsOf({ tags }: MetaGraph): string {
  return tags.join(', ') || 'none';
}
