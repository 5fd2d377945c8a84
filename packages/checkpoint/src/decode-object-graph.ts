import { MalformedError } from '@km/core';
import { decodeProto } from '@km/proto';
import { TrackableObjectGraph } from '@km/proto/checkpoint';
import type { ObjectGraph, ObjectNode } from './object-graph.ts';

type ProtoNode = TrackableObjectGraph.TrackableObject;

/**
 * Decodes an object graph.
 * @throws MalformedError when the bytes are damaged or refer to objects that are not there.
 */
export function decodeObjectGraph(bytes: Uint8Array, source = 'the object graph'): ObjectGraph {
  const graph: ObjectGraph = { nodes: decode(bytes, source).nodes.map(nodeFromProto) };
  for (const [index, { children, slots }] of graph.nodes.entries()) {
    const targets = [
      ...children.map(({ node }) => node),
      ...slots.flatMap(({ variable, node }) => [variable, node]),
    ];
    const missing = targets.find((target) => graph.nodes[target] === undefined);
    if (missing !== undefined)
      throw new MalformedError(
        `Object ${index} of ${source} refers to object ${missing}, which is not there.`,
        {
          source,
          path: `nodes[${index}]`,
        },
      );
  }
  return graph;
}

function decode(bytes: Uint8Array, source: string): TrackableObjectGraph {
  try {
    return decodeProto(TrackableObjectGraph, bytes);
  } catch (error) {
    throw new MalformedError(`${source} is damaged.`, { source, cause: error });
  }
}

function nodeFromProto(node: ProtoNode): ObjectNode {
  const { registeredSaver: saver, hasCheckpointValues } = node;
  return {
    children: node.children.map(({ localName, nodeId }) => ({ name: localName, node: nodeId })),
    attributes: node.attributes.map(({ name, fullName, checkpointKey }) => ({
      name,
      fullName,
      key: checkpointKey,
    })),
    slots: node.slotVariables.map((slot) => ({
      name: slot.slotName,
      variable: slot.originalVariableNodeId,
      node: slot.slotVariableNodeId,
    })),
    ...(saver && { registeredSaver: { name: saver.name, objectName: saver.objectName } }),
    ...(hasCheckpointValues && { hasValues: hasCheckpointValues.value }),
  };
}
