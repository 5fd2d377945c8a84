import { MalformedError } from '@km/core';
import { concatenateFingerprints, fingerprint64 } from '@km/core/fingerprint64';
import { encodeProto, type ProtoEncoder } from '@km/proto';
import { FingerprintDef } from '@km/proto/fingerprint';
import {
  GraphDef,
  type MetaGraphDef,
  type NodeDef,
  SavedConcreteFunction,
  SignatureDef,
} from '@km/proto/saved-model';

/** What a fingerprint is taken of. */
export interface FingerprintSubject {
  /** Bytes of saved_model.pb. */
  readonly savedModel: Uint8Array;
  readonly metaGraph: MetaGraphDef.$Properties;
  /** Bytes of variables/variables.index. */
  readonly variablesIndex: Uint8Array;
}

/**
 * Computes fingerprint.pb as TensorFlow since 2.15 does (tensorflow/cc/saved_model/fingerprinting.cc).
 * @throws MalformedError for a concrete function whose name does not end in a number, by which they are ordered.
 */
export function encodeFingerprint(subject: FingerprintSubject): Uint8Array {
  const { metaGraph } = subject;
  return encodeProto(FingerprintDef, {
    savedModelChecksum: fingerprint64(subject.savedModel),
    graphDefProgramHash: hashOf(GraphDef, programOf(metaGraph.graphDef ?? {})),
    signatureDefHash: hashSignatures(metaGraph.signatureDef ?? {}),
    savedObjectGraphHash: hashFunctions(metaGraph.objectGraphDef?.concreteFunctions ?? {}),
    checkpointHash: fingerprint64(subject.variablesIndex),
    version: { producer: 1 },
  });
}

function hashOf<Message>(type: ProtoEncoder<Message>, message: Message): bigint {
  return fingerprint64(encodeProto(type, message));
}

function hashText(text: string): bigint {
  return fingerprint64(new TextEncoder().encode(text));
}

/** The graph without what differs between equal programs: numbers of functions, texts, versions. */
function programOf(graph: GraphDef.$Properties): GraphDef.$Properties {
  return { node: graph.node?.map(programNode) ?? [], library: {}, versions: {} };
}

const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
const STRING = 7;

function programNode(node: NodeDef.$Properties): NodeDef.$Properties {
  const { op = '', attr = {} } = node;
  if (op === 'Const' && attr.dtype?.type === STRING)
    return { ...node, attr: { ...attr, value: {} } };
  const { f } = attr;
  if (!CALLS.has(op) || !f?.func) return node;
  const name = withoutNumber(f.func.name ?? '');
  const called = { ...attr, f: { func: { ...f.func, name } } };
  return {
    ...node,
    attr: 'config_proto' in attr ? { ...called, config_proto: { s: new Uint8Array() } } : called,
  };
}

/** A name without the number that it ends in; the underscore before the number stays. */
function withoutNumber(name: string): string {
  return name.replace(/\d+$/, '');
}

function hashSignatures(signatures: Readonly<Record<string, SignatureDef.$Properties>>): bigint {
  return Object.keys(signatures)
    .sort()
    .reduce((hash, key) => {
      const keyed = concatenateFingerprints(hash, hashText(key));
      return concatenateFingerprints(keyed, hashOf(SignatureDef, signatures[key] ?? {}));
    }, 0n);
}

function hashFunctions(
  functions: Readonly<Record<string, SavedConcreteFunction.$Properties>>,
): bigint {
  const numbered = Object.entries(functions).map(([name, value]) => {
    const number = /_(\d+)$/.exec(name)?.[1];
    if (number === undefined) throw new MalformedError(`The name ${name} ends in no number.`);
    return { name, value, number: BigInt(number) };
  });
  numbered.sort((a, b) => (a.number < b.number ? -1 : 1));
  return numbered.reduce((hash, { name, value }) => {
    const named = concatenateFingerprints(hash, hashText(withoutNumber(name)));
    return concatenateFingerprints(named, hashOf(SavedConcreteFunction, value));
  }, 0n);
}
