import type {
  SavedConcreteFunction,
  SavedObject,
  SavedObjectGraph as SavedObjectGraphProto,
} from '@km/proto/saved-model';
import { encodeNodeKind } from './encode-node-kind.ts';
import { encodeStructure } from './encode-structure.ts';
import type { ConcreteFunction, SavedEdge, SavedNode, SavedObjectGraph } from './saved-node.ts';

/** Makes the message of the objects of a SavedModel. */
export function encodeSavedObjectGraph(graph: SavedObjectGraph): SavedObjectGraphProto.$Properties {
  const concreteFunctions: Record<string, SavedConcreteFunction.$Properties> = Object.create(null);
  for (const [name, value] of graph.concreteFunctions) {
    concreteFunctions[name] = encodeConcreteFunction(value);
  }
  return { nodes: graph.nodes.map(encodeNode), concreteFunctions };
}

function encodeNode(node: SavedNode): SavedObject.$Properties {
  const saveableObjects = Object.fromEntries(
    Array.from(node.saveables, ([name, { save, restore }]) => [
      name,
      { saveFunction: save, restoreFunction: restore },
    ]),
  );
  return {
    ...encodeNodeKind(node.value),
    children: references(node.children),
    dependencies: references(node.dependencies),
    slotVariables: node.slots.map(({ name, variable, node: slot }) => ({
      slotName: name,
      originalVariableNodeId: variable,
      slotVariableNodeId: slot,
    })),
    saveableObjects,
    registeredName: node.registeredName,
    registeredSaver: node.registeredSaver,
    ...(node.serializedUserProto && { serializedUserProto: node.serializedUserProto }),
  };
}

function references(edges: readonly SavedEdge[]): { localName: string; nodeId: number }[] {
  return edges.map(({ name, node }) => ({ localName: name, nodeId: node }));
}

function encodeConcreteFunction(value: ConcreteFunction): SavedConcreteFunction.$Properties {
  const input = encodeStructure(value.inputSignature);
  const output = encodeStructure(value.outputSignature);
  return {
    boundInputs: [...value.boundInputs],
    ...(input && { canonicalizedInputSignature: input }),
    ...(output && { outputSignature: output }),
  };
}
