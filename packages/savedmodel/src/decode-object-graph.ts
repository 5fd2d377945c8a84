import { MalformedError } from '@km/core';
import type {
  SavedConcreteFunction,
  SavedObject,
  SavedObjectGraph as SavedObjectGraphProto,
} from '@km/proto/saved-model';
import { decodeNodeKind } from './decode-node-kind.ts';
import type { ConcreteFunction, SavedNode, SavedObjectGraph } from './saved-node.ts';
import { decodeStructure } from './structure.ts';

/**
 * Reads the objects of a SavedModel.
 * @throws MalformedError when one refers to an object that is not there.
 */
export function decodeSavedObjectGraph(
  proto: SavedObjectGraphProto,
  source: string,
): SavedObjectGraph {
  const nodes = proto.nodes.map(decodeNode);
  const functions = Object.entries(proto.concreteFunctions);
  const concreteFunctions = new Map(
    functions.map(([name, value]) => [name, decodeConcreteFunction(name, value)]),
  );
  for (const node of nodes) checkReferences(referencesOf(node), nodes, `nodes[${node.id}]`, source);
  for (const { name, boundInputs } of concreteFunctions.values()) {
    checkReferences(boundInputs, nodes, `concrete_functions[${JSON.stringify(name)}]`, source);
  }
  return { nodes, concreteFunctions };
}

function decodeNode(proto: SavedObject, id: number): SavedNode {
  const saveables = Object.entries(proto.saveableObjects);
  return {
    id,
    value: decodeNodeKind(proto),
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

function decodeConcreteFunction(name: string, proto: SavedConcreteFunction): ConcreteFunction {
  return {
    name,
    boundInputs: proto.boundInputs,
    inputSignature: decodeStructure(proto.canonicalizedInputSignature),
    outputSignature: decodeStructure(proto.outputSignature),
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
