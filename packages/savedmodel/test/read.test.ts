import { memoryStore, zipChunks, zipStore } from '@km/core';
import { bindVariables, readSavedModel, savedModelFormat } from '@km/savedmodel';
import { countingStore, fixturePath } from '@km/test-utils';
import { modelStore } from './support.ts';

test('opening touches the description only, and a variable its own bytes', async () => {
  const { store, counts, opened } = countingStore(modelStore('tf-2.15.1/keras'));
  const model = await readSavedModel({ store, path: '' });
  expect(opened).toEqual(['saved_model.pb', 'keras_metadata.pb']);
  const [metaGraph] = model.metaGraphs;
  if (metaGraph === undefined) throw new Error('no graph');
  const { variables } = await bindVariables(model, metaGraph);
  const kernel = [...variables.values()].find(({ variable }) => variable.name === 'hidden/kernel');
  counts.clear();
  await kernel?.tensor.read();
  expect(counts.bytes).toBe(3 * 2 * 4);
});

test('a model lies in a directory of a store, with or without a slash or its file', async () => {
  const inner = modelStore('tf-2.15.1/module').objects;
  const store = memoryStore(Array.from(inner, ([key, bytes]) => [`a/b/${key}`, bytes] as const));
  for (const path of ['a/b', 'a/b/', 'a/b/saved_model.pb']) {
    const model = await readSavedModel({ store, path });
    expect(model.directory).toBe('a/b');
    expect((await model.openVariables())?.tensors.size).toBe(3);
  }
  expect(await savedModelFormat.detect({ store, path: 'a/b' })).toBe(true);
  expect(await savedModelFormat.detect({ store, path: 'a' })).toBe(false);
});

test('a model is read out of a zip archive', async () => {
  const entries = Array.from(modelStore('tf-2.15.1/module').objects, ([key, data]) => ({
    key,
    data,
  }));
  const parts: Uint8Array[] = [];
  for await (const chunk of zipChunks(entries)) parts.push(chunk.slice());
  const archive = memoryStore([['m.zip', Buffer.concat(parts)]]);
  const source = await archive.open('m.zip');
  if (source === undefined) throw new Error('no archive');
  const model = await readSavedModel({ store: await zipStore(source), path: '' });
  expect(model.metaGraphs[0]?.signatures.has('find')).toBe(true);
});

test('in Node a path is enough', async () => {
  const path = fixturePath('savedmodel/tf-2.4.4/module');
  const byPath = await readSavedModel(path);
  const byFile = await readSavedModel(`${path}/saved_model.pb`);
  const byUrl = await readSavedModel(new URL(`file://${path}`));
  for (const model of [byPath, byFile, byUrl]) {
    expect((await model.openVariables())?.tensors.size).toBe(3);
  }
});

test('a model without variables has no checkpoint', async () => {
  const files = new Map(modelStore('tf-2.15.1/v1').objects);
  for (const key of files.keys()) if (key.startsWith('variables/')) files.delete(key);
  const model = await readSavedModel({ store: memoryStore(files), path: '' });
  expect(await model.openVariables()).toBeUndefined();
});

test('variables that failed to open are opened anew', async () => {
  const files = modelStore('tf-2.15.1/module');
  let fails = true;
  const store = {
    open: (key: string) => {
      if (fails && key.startsWith('variables/')) throw new Error('offline');
      return files.open(key);
    },
  };
  const model = await readSavedModel({ store, path: '' });
  await expect(model.openVariables()).rejects.toThrow('offline');
  fails = false;
  expect((await model.openVariables())?.tensors.size).toBe(3);
});

test('a signal that was aborted stops the read', async () => {
  const store = modelStore('tf-2.15.1/module');
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(readSavedModel({ store, path: '' }, { signal })).rejects.toThrow('enough');
});
