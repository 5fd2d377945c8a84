import { GraphDef, type NodeDef } from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { type FunctionLibrary, functionLibrary } from './function-library.ts';
import { once } from './once.ts';
import { BYTES, joinParts, wireFields } from './wire-fields.ts';

/** The graph of a meta graph; its parts are decoded when they are asked for. */
export interface SavedGraph {
  /** Version of TensorFlow's graphs that wrote it. */
  readonly producer: number;
  /** Least version that may read it. */
  readonly minConsumer: number;
  /** Nodes outside of functions, in file order. @throws MalformedError when they are damaged. */
  readonly nodes: readonly NodeDef[];
  /** @throws MalformedError or TruncatedError when they are damaged. */
  readonly functions: FunctionLibrary;
}

/** Fields of `GraphDef`. */
const NODE = 1;
const LIBRARY = 2;

/** Splits an encoded `GraphDef` into nodes and functions, which are decoded later. */
export function savedGraph(bytes: Uint8Array, source: string): SavedGraph {
  const nodeParts: Uint8Array[] = [];
  const libraryParts: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  for (const field of wireFields(bytes, source)) {
    if (field.wireType === BYTES && field.number === NODE) nodeParts.push(field.whole);
    else if (field.wireType === BYTES && field.number === LIBRARY) libraryParts.push(field.content);
    else rest.push(field.whole);
  }
  const versions = decodeMessage(GraphDef, joinParts(rest), source);
  const nodes = once(() => decodeMessage(GraphDef, joinParts(nodeParts), source).node);
  const functions = once(() => functionLibrary(joinParts(libraryParts), source));
  return {
    producer: versions.versions?.producer ?? versions.version,
    minConsumer: versions.versions?.minConsumer ?? 0,
    get nodes() {
      return nodes();
    },
    get functions() {
      return functions();
    },
  };
}

/** Names of all ops that a graph and its functions use, sorted; calls of its functions are left out. */
export function usedOps(graph: SavedGraph): readonly string[] {
  const { nodes, functions } = graph;
  const ops = new Set(nodes.map(({ op }) => op));
  for (const name of functions.names) {
    for (const { op } of functions.get(name)?.nodeDef ?? []) ops.add(op);
  }
  for (const name of functions.names) ops.delete(name);
  return [...ops].sort();
}
