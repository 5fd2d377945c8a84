import { readAll } from '@km/core';
import {
  bindVariables,
  decodeTensorProto,
  type MetaGraph,
  nodeAt,
  nodePaths,
  readSavedModel,
  type SavedModel,
  type SavedNode,
  selectMetaGraph,
  specsOf,
} from '@km/savedmodel';
import { listed, modelStore, VERSIONS } from './support.ts';

async function open(name: string): Promise<{ model: SavedModel; metaGraph: MetaGraph }> {
  const model = await readSavedModel({ store: modelStore(name), path: '' });
  return { model, metaGraph: selectMetaGraph(model, ['serve']) };
}

function at({ objectGraph }: MetaGraph, path: string): SavedNode {
  const node = objectGraph && nodeAt(objectGraph, path);
  if (node === undefined) throw new Error(`${path} is missing`);
  return node;
}

describe.each(VERSIONS)('of %s', (version) => {
  test('objects are found by path and know what they are', async () => {
    const { metaGraph } = await open(`${version}/module`);
    expect(at(metaGraph, 'root').value).toMatchObject({ identifier: '_generic_user_object' });
    expect(at(metaGraph, 'root.steps').value).toMatchObject({
      identifier: 'trackable_list_wrapper',
    });
    expect(at(metaGraph, 'root.steps.0').value).toMatchObject({
      kind: 'variable',
      name: 'step',
      dtype: 'int64',
      shape: [2],
      trainable: true,
    });
    expect(at(metaGraph, 'root.scale').value).toMatchObject({ trainable: false, shape: [] });
    expect(at(metaGraph, 'root.table').value.kind).toBe('resource');
    expect(at(metaGraph, 'root.signatures').value).toMatchObject({ identifier: 'signature_map' });
  });

  test('a function lists its traces with the objects that they capture', async () => {
    const { metaGraph } = await open(`${version}/module`);
    const { value } = at(metaGraph, 'root.move');
    if (value.kind !== 'function') throw new Error(value.kind);
    const concrete = metaGraph.objectGraph?.concreteFunctions.get(value.concreteFunctions[0] ?? '');
    expect(specsOf(concrete?.inputSignature ?? { kind: 'unset' })).toMatchObject([
      { name: 'x', dtype: 'float32', shape: [null, 2] },
      { name: 'twice', dtype: 'bool', shape: [] },
    ]);
    const kinds = concrete?.boundInputs.map((id) => metaGraph.objectGraph?.nodes[id]?.value.kind);
    expect(kinds?.sort()).toEqual(['constant', 'variable', 'variable']);
    const body = metaGraph.graph.functions.get(concrete?.name ?? '');
    expect(body?.signature?.inputArg).toHaveLength(2 + 3);
    expect(metaGraph.graph.functions.get(concrete?.name ?? '')).toBe(body);
    expect(value.spec?.fullargspec).toMatchObject({ kind: 'namedTuple', name: 'FullArgSpec' });
  });

  test('a signature is one trace called by names', async () => {
    const { metaGraph } = await open(`${version}/module`);
    expect(at(metaGraph, 'root.signatures.find').value).toMatchObject({
      kind: 'bareConcreteFunction',
      argumentKeywords: ['words'],
      allowedPositionalArguments: 1,
    });
  });

  test('a captured constant is a node of the graph', async () => {
    const { metaGraph } = await open(`${version}/module`);
    const constants = metaGraph.objectGraph?.nodes.flatMap(({ value }) =>
      value.kind === 'constant' ? [value.operation] : [],
    );
    const tensors = metaGraph.graph.nodes
      .filter(({ name }) => constants?.includes(name))
      .map(({ attr }) => attr.value?.tensor)
      .map((proto) => (proto ? decodeTensorProto(proto) : undefined));
    expect(tensors).toContainEqual({
      dtype: 'float32',
      shape: [2],
      data: new Float32Array([10, 20]),
    });
  });

  test('an asset is opened by its object', async () => {
    const { model, metaGraph } = await open(`${version}/module`);
    const { value } = at(metaGraph, 'root.vocabulary');
    const asset = value.kind === 'asset' ? metaGraph.assets[value.asset] : undefined;
    if (asset === undefined) throw new Error('no asset');
    const bytes = await readAll(await model.openAsset(asset));
    expect(new TextDecoder().decode(bytes)).toBe('cat\ndog\n');
  });

  test('Keras metadata leads to its objects', async () => {
    const { model, metaGraph } = await open(`${version}/keras`);
    const metadata = model.kerasMetadata;
    expect(metadata?.place).toBe(version === 'tf-2.4.4' ? 'objects' : 'file');
    expect(metadata?.mismatches).toEqual([]);
    const layers = metadata?.nodes.filter(({ identifier }) => identifier === '_tf_keras_layer');
    expect(layers?.map(({ path }) => path)).toEqual([
      'root.layer_with_weights-0',
      'root.layer_with_weights-1',
    ]);
    expect(metadata?.nodes[0]).toMatchObject({
      node: 0,
      path: 'root',
      identifier: '_tf_keras_sequential',
    });
    for (const { node, path, json } of metadata?.nodes ?? []) {
      expect(at(metaGraph, path).id).toBe(node);
      expect(JSON.parse(json)).toHaveProperty('class_name');
    }
  });

  test('the state of an optimizer belongs to its variables', async () => {
    const { model, metaGraph } = await open(`${version}/keras`);
    const { slots, variables } = await bindVariables(model, metaGraph);
    const names = slots.map(({ name, variable }) => {
      return `${name} of ${variables.get(variable)?.variable.name}`;
    });
    expect(names.sort()).toEqual(
      ['hidden/bias', 'hidden/kernel', 'out/bias', 'out/kernel']
        .flatMap((name) => [`m of ${name}`, `v of ${name}`])
        .sort(),
    );
    const optimizer = at(metaGraph, 'root.optimizer');
    expect(slots.every((slot) => slot.optimizer === optimizer.id)).toBe(true);
  });

  test('a graph of TensorFlow 1 has variables in collections and sparse inputs', async () => {
    const { model, metaGraph } = await open(`${version}/v1`);
    expect(metaGraph.objectGraph).toBeUndefined();
    expect(metaGraph.graphVariables).toMatchObject([
      { name: 'w', key: 'w', isResource: false, trainable: true },
      { name: 'scope/b', key: 'scope/b', isResource: true, trainable: true },
    ]);
    expect(metaGraph.signatures.get('sparse')?.inputs.get('s')).toEqual({
      dtype: 'int64',
      shape: null,
      place: {
        kind: 'sparse',
        values: 'sparse/values:0',
        indices: 'sparse/indices:0',
        denseShape: 'sparse/shape:0',
      },
    });
    expect(metaGraph.saver?.restoreOpName).toBe('save/restore_all');
    expect(model.kerasMetadata).toBeUndefined();
    expect((await bindVariables(model, metaGraph)).variables.size).toBe(0);
  });
});

test('a graph is picked by its tags, in any order', async () => {
  const { model } = await open('tf-2.15.1/v1');
  expect(selectMetaGraph(model).tags).toEqual(['serve']);
  expect(selectMetaGraph(model, ['gpu', 'serve']).tags).toEqual(['serve', 'gpu']);
  expect(() => selectMetaGraph(model, ['train'])).toThrow(
    'No graph has the tags [train]; there are [serve], [serve, gpu].',
  );
});

test('the fingerprint of TensorFlow 2.15 is read, and older models have none', async () => {
  const { model } = await open('tf-2.15.1/module');
  expect(await model.readFingerprint()).toMatchObject({ producer: 1 });
  expect((await model.readFingerprint())?.savedObjectGraphHash).not.toBe(0n);
  const { model: old } = await open('tf-2.4.4/module');
  expect(await old.readFingerprint()).toBeUndefined();
});

test('paths are the shortest ones, and lead back to their objects', async () => {
  const { metaGraph } = await open('tf-2.15.1/keras');
  const graph = metaGraph.objectGraph;
  if (graph === undefined) throw new Error('no objects');
  const paths = nodePaths(graph);
  expect(paths.filter((path) => path !== undefined).length).toBeGreaterThan(50);
  for (const [id, path] of paths.entries()) {
    if (path !== undefined) expect(nodeAt(graph, path)?.id).toBe(id);
  }
  expect(nodeAt(graph, 'root.missing')).toBeUndefined();
  expect(nodeAt(graph, 'variables')).toBeUndefined();
  expect(listed('tf-2.15.1/keras').graphs[0]?.objects).toBe(paths.length);
});
