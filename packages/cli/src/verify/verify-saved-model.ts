import { type ByteSource, readAll, sourceChunks } from '@km/core';
import { fingerprint64 } from '@km/core/fingerprint64';
import type { MetaGraph, SavedModel, SignatureTensor } from '@km/savedmodel';
import { describeKeras } from '../inspect/describe-saved-model.ts';
import { join, type ModelDirectory } from '../place/detect.ts';
import type { Checklist } from './checklist.ts';
import { verifyValues } from './verify-checkpoint.ts';

/** Checks a SavedModel: graphs, functions, signatures, objects, variables, assets, Keras metadata, fingerprint. */
export async function verifySavedModel(location: ModelDirectory, list: Checklist): Promise<void> {
  const { readSavedModel } = await import('@km/savedmodel');
  const model = await list.run('structure', 'saved_model', () =>
    readSavedModel(location, list.read),
  );
  if (model === undefined) return;
  for (const graph of model.metaGraphs) await verifyMetaGraph(model, graph, list);
  verifyKerasMetadata(model, list);
  const checkpoint = await list.run('structure', 'variables', () => model.openVariables(list.read));
  if (checkpoint !== undefined) await verifyValues(checkpoint, list);
  await verifyFingerprint(location, model, list);
}

async function verifyMetaGraph(
  model: SavedModel,
  graph: MetaGraph,
  list: Checklist,
): Promise<void> {
  const tags = `[${graph.tags.join(', ')}]`;
  const nodes = await list.run('structure', `graph ${tags}`, () => graph.graph.nodes);
  const functions = await list.run('structure', `functions ${tags}`, () => {
    for (const name of graph.graph.functions.names) graph.graph.functions.get(name);
    return new Set(graph.graph.functions.names);
  });
  const names = new Set(nodes?.map(({ name }) => name));
  for (const { name, inputs, outputs } of graph.signatures.values()) {
    const wanted = [...inputs.values(), ...outputs.values()].flatMap(nodesOf);
    const absent = wanted.filter((node) => !names.has(node));
    list.note(
      'signatures',
      `${name} ${tags}`,
      absent.length === 0 ? undefined : `the graph has no node ${absent.join(', ')}`,
    );
  }
  if (functions !== undefined) verifyTraces(graph, functions, tags, list);
  await verifyVariables(model, graph, tags, list);
  for (const asset of graph.assets) {
    await list.run('assets', asset.filename, async () => {
      for await (const chunk of sourceChunks(await model.openAsset(asset, list.read), list.read)) {
        list.expect(chunk.length);
        list.advance(chunk.length);
      }
    });
  }
}

/** Nodes that compute the values of an input or output. */
function nodesOf({ place }: SignatureTensor): string[] {
  switch (place.kind) {
    case 'dense':
      return [nodeOf(place.tensor)];
    case 'sparse':
      return [place.values, place.indices, place.denseShape].map(nodeOf);
    case 'composite':
      return place.components.flatMap(nodesOf);
  }
}

function nodeOf(tensor: string): string {
  return tensor.replace(/^\^/, '').replace(/:\d+$/, '');
}

function verifyTraces(
  { objectGraph }: MetaGraph,
  functions: ReadonlySet<string>,
  tags: string,
  list: Checklist,
): void {
  if (objectGraph === undefined) return;
  const traces = objectGraph.nodes.flatMap(({ value }) => {
    if (value.kind === 'function') return value.concreteFunctions;
    return value.kind === 'bareConcreteFunction' ? [value.concreteFunction] : [];
  });
  const absent = traces.filter(
    (name) => !functions.has(name) || !objectGraph.concreteFunctions.has(name),
  );
  list.note(
    'consistency',
    `traces of functions ${tags}`,
    absent.length === 0 ? undefined : `${absent.length} are missing, such as ${absent[0]}`,
  );
}

async function verifyVariables(
  model: SavedModel,
  graph: MetaGraph,
  tags: string,
  list: Checklist,
): Promise<void> {
  const { bindVariables } = await import('@km/savedmodel');
  if (graph.objectGraph !== undefined) {
    await list.run('consistency', `variables have their values ${tags}`, () =>
      bindVariables(model, graph, list.read),
    );
    return;
  }
  const checkpoint = await list.run('structure', 'variables', () => model.openVariables(list.read));
  const absent = graph.graphVariables.filter(({ key }) => checkpoint?.tensors.has(key) !== true);
  if (absent.length === 0) return;
  const detail = `${absent.length} have none, such as ${absent[0]?.name ?? ''}`;
  const name = `variables have their values ${tags}`;
  // TensorFlow 1 does not save local variables, such as those of metrics.
  if (checkpoint === undefined) list.note('consistency', name, detail);
  else list.warn('consistency', name, detail);
}

function verifyKerasMetadata(model: SavedModel, list: Checklist): void {
  const keras = describeKeras(model.kerasMetadata);
  if (keras === undefined) return;
  const { mismatches } = keras;
  list.note(
    'consistency',
    'Keras metadata',
    mismatches === 0 ? undefined : `${mismatches} of its objects are not those of the graph`,
  );
  const note = keras.note ?? keras.model?.note;
  if (note !== undefined) list.warn('structure', 'Keras metadata', note);
}

/** Compares the hash of the variables; the others would need TensorFlow's own order of every map. */
async function verifyFingerprint(
  { store, path }: ModelDirectory,
  model: SavedModel,
  list: Checklist,
): Promise<void> {
  const fingerprint = await list.run('structure', 'fingerprint', () =>
    model.readFingerprint(list.read),
  );
  if (fingerprint === undefined) return;
  const index: ByteSource | undefined = await store.open(
    join(path, 'variables/variables.index'),
    list.read,
  );
  const bytes = index === undefined ? undefined : await readAll(index, list.read);
  const hash = bytes === undefined ? 0n : fingerprint64(bytes);
  list.note(
    'checksums',
    'fingerprint of the variables',
    hash === fingerprint.checkpointHash
      ? undefined
      : `fingerprint.pb says ${fingerprint.checkpointHash}, variables.index has ${hash}: the variables were changed or replaced`,
  );
}
