import { encodeProto } from '@km/proto';
import { TrackableObjectGraph } from '@km/proto/checkpoint';
import type { ObjectGraph, ObjectNode } from './object-graph.ts';

/** Encodes an object graph. */
export function encodeObjectGraph(graph: ObjectGraph): Uint8Array {
  return encodeProto(TrackableObjectGraph, { nodes: graph.nodes.map(nodeToProto) });
}

function nodeToProto(node: ObjectNode): TrackableObjectGraph.TrackableObject.$Properties {
  const { registeredSaver, hasValues } = node;
  return {
    children: node.children.map(({ name, node: nodeId }) => ({ localName: name, nodeId })),
    attributes: node.attributes.map(({ name, fullName, key }) => ({
      name,
      fullName,
      checkpointKey: key,
    })),
    slotVariables: node.slots.map((slot) => ({
      slotName: slot.name,
      originalVariableNodeId: slot.variable,
      slotVariableNodeId: slot.node,
    })),
    ...(registeredSaver && { registeredSaver }),
    ...(hasValues !== undefined && { hasCheckpointValues: { value: hasValues } }),
  };
}
