import { readCheckpoint } from '@km/checkpoint';
import { memoryStore, NotFoundError, UnsupportedError } from '@km/core';
import { fileStore } from '@km/core/node';
import { countingStore, fixturePath } from '@km/test-utils';
import { OBJECT_GRAPH_KEY } from '../src/object-graph.ts';
import { fixtureStore, listedTensors, listTensor } from './support.ts';

const fixtures = [
  'tf-2.15.1/dtypes',
  'tf-2.15.1/partitioned',
  'tf-2.15.1/named/model.ckpt-5',
  'tf-2.15.1/trained/ckpt-1',
  'tf-2.15.1/weights',
  'tf-2.4.4/trained/ckpt-1',
  'tf-2.4.4/weights',
  'tf-2.19.1/sharded',
];

test.each(fixtures)('every tensor of %s has the values that TensorFlow wrote', async (name) => {
  const { tensors } = await readCheckpoint(fixturePath(`checkpoint/${name}`));
  const expected = listedTensors(name);
  const found = await Promise.all(
    expected.map(async (wanted) => {
      const tensor = await tensors.get(wanted.name)?.read();
      return tensor && listTensor(wanted.name, tensor);
    }),
  );
  expect(found).toEqual(expected);
  const names = [...tensors.keys()].filter((key) => key !== OBJECT_GRAPH_KEY);
  expect(new Set(names)).toEqual(new Set(expected.map((wanted) => wanted.name)));
});

test('tensors come in the order of the data file', async () => {
  const { tensors } = await readCheckpoint(fixturePath('checkpoint/tf-2.15.1/dtypes'));
  const names = listedTensors('tf-2.15.1/dtypes').map(({ name }) => name);
  expect([...tensors.keys()]).toEqual(names);
});

test('the header of two data files is read', async () => {
  const { header } = await readCheckpoint(fixturePath('checkpoint/tf-2.19.1/sharded'));
  expect(header).toEqual({ shards: 2, endianness: 'little', producer: 1, minConsumer: 0 });
});

test('reading one tensor touches the index and the bytes of that tensor only', async () => {
  const { store, counts, opened } = countingStore(fileStore(fixturePath('checkpoint')));
  const checkpoint = await readCheckpoint({ store, path: 'tf-2.15.1/trained/ckpt-1' });
  const index = await store.open('tf-2.15.1/trained/ckpt-1.index');
  expect(counts.bytes).toBe(index?.byteLength);
  counts.clear();
  const name = 'model/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE';
  const tensor = await checkpoint.tensors.get(name)?.read();
  expect(tensor?.shape).toEqual([2, 3]);
  expect(counts.reads.map(({ start, end }) => end - start)).toEqual([24]);
  expect(new Set(opened)).toEqual(
    new Set(['tf-2.15.1/trained/ckpt-1.index', 'tf-2.15.1/trained/ckpt-1.data-00000-of-00001']),
  );
});

test.each([
  'trained/ckpt-1',
  'trained/ckpt-1.index',
  'trained/ckpt-1.data-00000-of-00001',
  'trained',
  'trained/',
])('the path %s leads to the checkpoint', async (path) => {
  const { prefix } = await readCheckpoint({ store: fixtureStore('tf-2.15.1'), path });
  expect(prefix).toBe('trained/ckpt-1');
});

test('the variables of a SavedModel are found from its directory', async () => {
  const files = fixtureStore('tf-2.15.1').objects;
  const store = memoryStore(
    [...files]
      .filter(([key]) => key.startsWith('weights.'))
      .map(([key, bytes]) => [key.replace('weights.', 'model/variables/variables.'), bytes]),
  );
  const { prefix } = await readCheckpoint({ store, path: 'model' });
  expect(prefix).toBe('model/variables/variables');
});

test('a path without checkpoint is an error that says what was looked for', async () => {
  const failed = readCheckpoint({ store: memoryStore(), path: 'none' });
  await expect(failed).rejects.toThrow(NotFoundError);
  await expect(failed).rejects.toThrow('none.index');
});

test('a checkpoint of the first version of the format is named as such', async () => {
  const index = fixtureStore('tf-2.15.1').objects.get('weights.index') ?? new Uint8Array(0);
  const failed = readCheckpoint({ store: memoryStore([['old.ckpt', index]]), path: 'old.ckpt' });
  await expect(failed).rejects.toThrow(UnsupportedError);
});

test('an index without its data files lists its tensors and fails when one is read', async () => {
  const store = fixtureStore('tf-2.15.1');
  store.objects.delete('weights.data-00000-of-00001');
  const { tensors } = await readCheckpoint({ store, path: 'weights' });
  expect(tensors.size).toBe(listedTensors('tf-2.15.1/weights').length + 1);
  await expect([...tensors.values()][0]?.read()).rejects.toThrow(NotFoundError);
});

test('a cancelled read fails with the reason of the signal', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const path = fixturePath('checkpoint/tf-2.15.1/weights');
  await expect(readCheckpoint(path, { signal })).rejects.toThrow('enough');
});
