import type { ReadOptions } from '@km/core';
import type { MetaGraph, SavedModel, SignatureTensor } from '@km/savedmodel';
import type { ModelDirectory } from '../place/detect.ts';
import { formatCount } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';
import type { FactSection, Section } from '../text/section.ts';
import {
  layerTable,
  modelFacts,
  tensorTable,
  totalFact,
  trainingSection,
} from './common-sections.ts';
import {
  describeFingerprint,
  describeFunctions,
  describeKeras,
  describeSignature,
  type FunctionDescription,
  type KerasDescription,
  partialShapeText,
  tagsOf,
} from './describe-saved-model.ts';
import { type Inspection, type InspectOptions, parameterCount } from './inspection.ts';
import { type SavedVariables, savedVariables, weightsOfNodes } from './saved-model-variables.ts';

/** Describes a SavedModel: graphs, signatures, functions, variables, assets, and what Keras noted. */
export async function inspectSavedModel(
  location: ModelDirectory,
  options: InspectOptions,
): Promise<Inspection> {
  const { readSavedModel, selectMetaGraph } = await import('@km/savedmodel');
  const read: ReadOptions = { signal: options.signal };
  const model = await readSavedModel(location, read);
  const main = selectMetaGraph(model);
  const variables = await savedVariables(model, main, read);
  const keras = describeKeras(model.kerasMetadata);
  const fingerprint = await model.readFingerprint(read);
  const functions = await describeFunctions(main.objectGraph);
  return {
    json: {
      format: 'saved-model',
      path: location.archive?.name ?? location.path,
      file: model.file,
      schema_version: model.schemaVersion,
      meta_graphs: await Promise.all(model.metaGraphs.map(metaGraphJson)),
      keras: keras && kerasJson(keras),
      parameters: parameterCount(variables.weights),
      ...variablesJson(variables),
      fingerprint: fingerprint && describeFingerprint(fingerprint),
    },
    sections: [
      {
        facts: [
          ...headFacts(location, model, main),
          ...kerasFacts(keras),
          ['weights', totalFact(variables.weights)],
        ],
      },
      ...model.metaGraphs.map((graph) => signatureSection(graph)),
      functionSection(functions),
      ...(keras?.model === undefined
        ? [tensorTable('Variables', variables.weights)]
        : layerTable(keras.model, weightsOfNodes(keras.layers, variables))),
      ...(keras === undefined
        ? []
        : [trainingSection(keras.training, orNothing(variables.optimizer))]),
      ...(options.tensors
        ? [
            tensorTable('Weights', variables.weights),
            tensorTable('Optimizer state', variables.optimizer),
          ]
        : []),
      ...(fingerprint === undefined
        ? []
        : [
            {
              title: 'Fingerprint',
              facts: Object.entries(describeFingerprint(fingerprint)).map(
                ([name, value]) => [name, String(value)] as const,
              ),
            },
          ]),
    ],
  };
}

function orNothing<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

async function metaGraphJson(graph: MetaGraph): Promise<PrintableObject> {
  const { usedOps } = await import('@km/savedmodel');
  return {
    tags: graph.tags,
    tensorflow_version: graph.tensorflowVersion,
    tensorflow_git_version: graph.tensorflowGitVersion,
    graph_producer: graph.graph.producer,
    signatures: Object.fromEntries(
      Array.from(graph.signatures, ([name, signature]) => [name, describeSignature(signature)]),
    ),
    functions: await describeFunctions(graph.objectGraph),
    library_functions: graph.graph.functions.names,
    ops: usedOps(graph.graph),
    objects: graph.objectGraph?.nodes.length,
    assets: graph.assets.map(({ filename }) => filename),
  };
}

function kerasJson({ layers, ...keras }: KerasDescription): PrintableObject {
  return {
    metadata: keras.place,
    keras_version: keras.version,
    model: keras.model,
    training: keras.training,
    mismatches: keras.mismatches,
    note: keras.note,
  };
}

function variablesJson({ weights, optimizer, metrics, missing }: SavedVariables): PrintableObject {
  return {
    weights,
    optimizer_weights: optimizer,
    metric_weights: metrics,
    variables_without_value: missing,
  };
}

function headFacts(
  { archive, path }: ModelDirectory,
  model: SavedModel,
  main: MetaGraph,
): FactSection['facts'] {
  const assets = main.assets.map(({ filename }) => filename).join(', ');
  return [
    ['directory', archive === undefined ? `${path}/` : archive.name],
    ['format', `SavedModel (${model.file}, schema ${model.schemaVersion})`],
    ['TensorFlow', main.tensorflowVersion],
    ['tags', model.metaGraphs.map((graph) => `[${tagsOf(graph)}]`).join(' ')],
    ['functions', formatCount(main.graph.functions.names.length)],
    [
      'objects',
      main.objectGraph === undefined
        ? 'none: a graph of TensorFlow 1'
        : formatCount(main.objectGraph.nodes.length),
    ],
    ['assets', assets || undefined],
  ];
}

function kerasFacts(keras: KerasDescription | undefined): FactSection['facts'] {
  if (keras === undefined) return [['Keras', 'no metadata: not written by Keras']];
  const place = keras.place === 'file' ? 'keras_metadata.pb' : 'in the object graph';
  return [
    ['Keras', `${keras.version ?? 'unknown version'}, metadata ${place}`],
    ...(keras.model === undefined ? [] : modelFacts(keras.model)),
    ['warning', mismatchWarning(keras)],
    ['note', keras.note],
  ];
}

function mismatchWarning({ mismatches }: KerasDescription): string | undefined {
  if (mismatches === 0) return undefined;
  return `keras_metadata.pb belongs to another model: ${mismatches} of its objects are not here`;
}

function signatureSection(graph: MetaGraph): Section {
  const rows: string[][] = [];
  for (const { name, methodName, inputs, outputs } of graph.signatures.values()) {
    const side = (which: string, tensors: ReadonlyMap<string, SignatureTensor>): void => {
      for (const [key, { dtype, shape, place }] of tensors) {
        const tensor = place.kind === 'dense' ? place.tensor : place.kind;
        rows.push([name, which, key, dtype, partialShapeText(shape), tensor, methodName]);
      }
    };
    side('in', inputs);
    side('out', outputs);
  }
  return {
    title: `Signatures of [${tagsOf(graph)}]`,
    head: ['signature', '', 'name', 'dtype', 'shape', 'tensor', 'method'],
    rows,
  };
}

function functionSection(functions: readonly FunctionDescription[]): Section {
  return {
    title: 'Functions of the root',
    head: ['function', 'traces', 'takes'],
    rows: functions.map(({ name, traces, arguments: specs }) => [
      name,
      String(traces),
      specs.join(', '),
    ]),
    right: [1],
  };
}
