import type { Checkpoint, ObjectGraph, ObjectNode } from '@km/checkpoint';
import type { ReadableStore } from '@km/core';
import { formatCount, formatShape } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';
import type { Section } from '../text/section.ts';
import { tensorTable, totalFact } from './common-sections.ts';
import {
  type Inspection,
  type InspectOptions,
  type TensorFacts,
  tensorFacts,
} from './inspection.ts';
import { objectTree } from './object-tree.ts';

/** Describes a checkpoint: its tensors, its object graph, and the state file beside it. */
export async function inspectCheckpoint(
  location: { readonly store: ReadableStore; readonly path: string },
  options: InspectOptions,
): Promise<Inspection> {
  const { OBJECT_GRAPH_KEY, directoryOf, readCheckpoint, readState } = await import(
    '@km/checkpoint'
  );
  const read = { signal: options.signal };
  const checkpoint = await readCheckpoint(location, read);
  const graph = await checkpoint.readObjectGraph(read);
  const directory = directoryOf(checkpoint.prefix);
  const state = await readState({ store: location.store, path: directory }, read);
  const tensors = [...checkpoint.tensors]
    .filter(([name]) => name !== OBJECT_GRAPH_KEY)
    .map(([name, tensor]) => tensorFacts(name, tensor));
  const opaque = [...checkpoint.opaque].map(([name, { dtypeCode, shape, byteLength }]) => ({
    name,
    dtype_code: dtypeCode,
    shape,
    byteLength,
  }));
  const describe = (name: string): string => {
    const tensor = checkpoint.tensors.get(name);
    return tensor === undefined ? 'not here' : `${tensor.dtype} ${formatShape(tensor.shape)}`;
  };
  return {
    json: {
      format: 'checkpoint',
      prefix: checkpoint.prefix,
      header: { ...checkpoint.header },
      tensors,
      opaque_tensors: opaque.length === 0 ? undefined : opaque,
      object_graph: graph && graphJson(graph),
      state_file: state && { ...state },
    },
    sections: [
      headSection(checkpoint, tensors, graph),
      tensorTable('Tensors', tensors),
      ...(opaque.length === 0
        ? []
        : [
            {
              title: 'Tensors that only TensorFlow can use',
              head: ['name', 'DataType', 'shape'],
              rows: opaque.map(({ name, dtype_code, shape }) => [
                name,
                String(dtype_code),
                formatShape(shape),
              ]),
            },
          ]),
      ...(graph === undefined ? [] : [{ title: 'Objects', lines: objectTree(graph, describe) }]),
      ...(state === undefined
        ? []
        : [
            {
              title: 'State file "checkpoint"',
              facts: [
                ['latest', state.latest],
                ['kept', state.all.join(', ')],
              ] as const,
            },
          ]),
    ],
  };
}

function headSection(
  { prefix, header }: Checkpoint,
  tensors: readonly TensorFacts[],
  graph: ObjectGraph | undefined,
): Section {
  const { shards, endianness } = header;
  return {
    facts: [
      ['checkpoint', prefix],
      ['format', `TensorFlow checkpoint, ${shards} data file${shards === 1 ? '' : 's'}`],
      ['byte order', endianness === 'little' ? undefined : endianness],
      ['values', totalFact(tensors)],
      [
        'objects',
        graph === undefined
          ? 'none: names only, as TensorFlow 1 writes'
          : formatCount(graph.nodes.length),
      ],
    ],
  };
}

/** The object graph as data: nodes by their index, as in the file. */
export function graphJson(graph: ObjectGraph): readonly PrintableObject[] {
  return graph.nodes.map(nodeJson);
}

function nodeJson({ children, attributes, slots, registeredSaver }: ObjectNode): PrintableObject {
  return {
    children: children.map(({ name, node }) => ({ name, node })),
    attributes: attributes.map(({ name, fullName, key }) => ({ name, full_name: fullName, key })),
    slots: slots.map(({ name, variable, node }) => ({ name, variable, node })),
    registered_saver: registeredSaver && {
      name: registeredSaver.name,
      object_name: registeredSaver.objectName,
    },
  };
}
