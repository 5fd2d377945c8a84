import { memoryStore } from '@km/core';
import { bindVariables, readSavedModel, selectMetaGraph, writeSavedModel } from '@km/savedmodel';
import { smallParts } from './parts.ts';

async function written() {
  const store = memoryStore();
  await writeSavedModel({ store, path: 'model' }, smallParts());
  return store;
}

test('a written model has the files of a SavedModel', async () => {
  const store = await written();
  expect([...store.objects.keys()].sort()).toEqual([
    'model/assets/words.txt',
    'model/fingerprint.pb',
    'model/saved_model.pb',
    'model/variables/variables.data-00000-of-00001',
    'model/variables/variables.index',
  ]);
});

test('what is written is read again', async () => {
  const store = await written();
  const parts = smallParts();
  const model = await readSavedModel({ store, path: 'model' });
  const graph = selectMetaGraph(model, ['serve']);
  expect(graph.objectGraph).toEqual(parts.objects);
  expect(graph.graph.functions.names).toEqual(
    parts.functions.map(({ signature }) => signature?.name),
  );
  const signature = graph.signatures.get('serving_default');
  expect(Object.fromEntries(signature?.inputs ?? [])).toMatchObject({
    word: { dtype: 'string', shape: [null] },
    x: { dtype: 'float32', shape: [null, 2] },
  });
  expect(graph.assets).toEqual([{ filename: 'words.txt', tensor: 'asset_path_initializer:0' }]);
  const { variables } = await bindVariables(model, graph);
  const [bound] = variables.values();
  expect((await bound?.tensor.read())?.data).toEqual(Float32Array.of(3, -0.5));
});

test('equal parts give equal bytes', async () => {
  const [first, second] = [await written(), await written()];
  expect(second.objects).toEqual(first.objects);
});

test('every input of the graph is the output of a node, and names are not taken twice', async () => {
  const store = await written();
  const { graph, signatures, saver } = selectMetaGraph(
    await readSavedModel({ store, path: 'model' }),
    ['serve'],
  );
  const names = graph.nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const inputs = graph.nodes.flatMap(({ input }) => input);
  const fed = [...signatures.values()].flatMap((signature) =>
    [...signature.inputs.values(), ...signature.outputs.values()].flatMap(({ place }) =>
      place.kind === 'dense' ? [place.tensor] : [],
    ),
  );
  const used = [...inputs, ...fed, saver?.saveTensorName ?? '', saver?.restoreOpName ?? ''];
  const missing = used.filter((ref) => !names.includes(ref.replace(/^\^|:\d+$/g, '')));
  expect(missing).toEqual([]);
});

test('skipSaver leaves out what saves and restores', async () => {
  const store = memoryStore();
  await writeSavedModel({ store, path: '' }, { ...smallParts(), skipSaver: true });
  const model = await readSavedModel({ store, path: '' });
  const { saver, graph } = selectMetaGraph(model, ['serve']);
  expect(saver).toBeUndefined();
  expect(graph.nodes.some(({ op }) => op === 'RestoreV2')).toBe(false);
});

test('further tags stand beside serve', async () => {
  const store = memoryStore();
  await writeSavedModel({ store, path: '' }, { ...smallParts(), tags: ['gpu'] });
  const model = await readSavedModel({ store, path: '' });
  expect(model.metaGraphs[0]?.tags).toEqual(['serve', 'gpu']);
});

test('a constant without a value, and a call of a function that is not there, are told', async () => {
  const { constants: _, ...without } = smallParts();
  const target = { store: memoryStore(), path: '' };
  await expect(writeSavedModel(target, without)).rejects.toThrow('unknown_word has no value');
  const signatures = new Map([['serving_default', '__inference_missing_9']]);
  await expect(writeSavedModel(target, { ...smallParts(), signatures })).rejects.toThrow(
    '__inference_missing_9',
  );
});

test('an asset outside of the model is refused', async () => {
  const assets = [{ filename: '../words.txt', data: [] }];
  const target = { store: memoryStore(), path: '' };
  await expect(writeSavedModel(target, { ...smallParts(), assets })).rejects.toThrow();
});
