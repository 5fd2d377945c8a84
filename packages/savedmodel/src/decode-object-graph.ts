import { MalformedError } from '@km/core';
import {
  type ConcreteFunctionOutline,
  ObjectGraphOutline,
  type ObjectOutline,
  StructuredValue,
} from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { decodeNodeKind } from './decode-node-kind.ts';
import { once } from './once.ts';
import type { ConcreteFunction, SavedNode, SavedObjectGraph } from './saved-node.ts';
import { decodeStructure, type Structure } from './structure.ts';

/**
 * Reads the objects of a SavedModel from an encoded `SavedObjectGraph`; signatures of functions, which are most of it,
 * are decoded when they are asked for.
 * @throws MalformedError when it is damaged, or an object refers to one that is not there.
 */
export function decodeSavedObjectGraph(bytes: Uint8Array, source: string): SavedObjectGraph {
  const proto = decodeMessage(ObjectGraphOutline, bytes, source);
  const nodes = proto.nodes.map((node, id) => decodeNode(node, id, source));
  const functions = Object.entries(proto.concreteFunctions);
  const concreteFunctions = new Map(
    functions.map(([name, value]) => [name, decodeConcreteFunction(name, value, source)]),
  );
  for (const node of nodes) checkReferences(referencesOf(node), nodes, `nodes[${node.id}]`, source);
  for (const { name, boundInputs } of concreteFunctions.values()) {
    checkReferences(boundInputs, nodes, `concrete_functions[${JSON.stringify(name)}]`, source);
  }
  return { nodes, concreteFunctions };
}

function decodeNode(proto: ObjectOutline, id: number, source: string): SavedNode {
  const saveables = Object.entries(proto.saveableObjects);
  return {
    id,
    value: decodeNodeKind(proto, source),
    children: edges(proto.children),
    dependencies: edges(proto.dependencies),
    slots: proto.slotVariables.map((slot) => ({
      name: slot.slotName,
      variable: slot.originalVariableNodeId,
      node: slot.slotVariableNodeId,
    })),
    saveables: new Map(
      saveables.map(([name, { saveFunction, restoreFunction }]) => [
        name,
        { save: saveFunction, restore: restoreFunction },
      ]),
    ),
    registeredName: proto.registeredName,
    registeredSaver: proto.registeredSaver,
    serializedUserProto: proto.serializedUserProto ?? undefined,
  };
}

function edges(
  references: readonly { readonly localName: string; readonly nodeId: number }[],
): SavedNode['children'] {
  return references.map(({ localName, nodeId }) => ({ name: localName, node: nodeId }));
}

function decodeConcreteFunction(
  name: string,
  proto: ConcreteFunctionOutline,
  source: string,
): ConcreteFunction {
  const { boundInputs, canonicalizedInputSignature, outputSignature } = proto;
  const signature = (bytes: Uint8Array | null): (() => Structure) =>
    once(() => decodeStructure(bytes && decodeMessage(StructuredValue, bytes, source)));
  const input = signature(canonicalizedInputSignature);
  const output = signature(outputSignature);
  return {
    name,
    boundInputs,
    get inputSignature() {
      return input();
    },
    get outputSignature() {
      return output();
    },
  };
}

function referencesOf({ children, dependencies, slots, saveables }: SavedNode): readonly number[] {
  return [
    ...[...children, ...dependencies].map(({ node }) => node),
    ...slots.flatMap(({ variable, node }) => [variable, node]),
    ...[...saveables.values()].flatMap(({ save, restore }) => [save, restore]),
  ];
}

function checkReferences(
  references: readonly number[],
  nodes: readonly SavedNode[],
  path: string,
  source: string,
): void {
  const missing = references.find((reference) => nodes[reference] === undefined);
  if (missing === undefined) return;
  throw new MalformedError(
    `${path} of ${source} refers to object ${missing}, which is not there; the file is damaged.`,
    { source, path },
  );
}
