import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readCheckpoint, writeCheckpoint } from '@km/checkpoint';
import {
  type LazyTensor,
  lazyFromTensor,
  type MemoryStore,
  memoryStore,
  type Tensor,
} from '@km/core';
import { fixturePath } from '@km/test-utils';
import fc from 'fast-check';
import { fixtureStore, hex, listTensor, utf8 } from './support.ts';

function filesOf(store: MemoryStore, prefix: string): Record<string, string> {
  const files = [...store.objects].filter(([key]) => /\.(?:index|data-\d+-of-\d+)$/.test(key));
  const own = files.filter(([key]) => key.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([key, bytes]) => [key, hex(bytes)]));
}

test.each([
  ['tf-2.15.1', 'dtypes'],
  ['tf-2.15.1', 'weights'],
  ['tf-2.15.1', 'trained/ckpt-1'],
  ['tf-2.4.4', 'weights'],
  ['tf-2.4.4', 'trained/ckpt-1'],
])('what is read from %s %s is written again byte for byte', async (folder, path) => {
  const source = fixtureStore(folder);
  const { tensors } = await readCheckpoint({ store: source, path });
  const target = memoryStore();
  await writeCheckpoint({ store: target, path }, tensors);
  expect(filesOf(target, path)).toEqual(filesOf(source, path));
});

test('an object graph that is read is written again byte for byte', async () => {
  const source = fixtureStore('tf-2.15.1');
  const checkpoint = await readCheckpoint({ store: source, path: 'trained/ckpt-1' });
  const objectGraph = await checkpoint.readObjectGraph();
  const tensors = [...checkpoint.tensors].slice(0, -1);
  const target = memoryStore();
  await writeCheckpoint({ store: target, path: 'trained/ckpt-1' }, tensors, { objectGraph });
  expect(filesOf(target, 'trained/ckpt-1')).toEqual(filesOf(source, 'trained/ckpt-1'));
});

test('an index of several blocks equals that of TensorFlow', async () => {
  const { count, sha256 } = JSON.parse(
    readFileSync(fixturePath('checkpoint/tf-2.15.1/many.json'), 'utf8'),
  );
  const store = memoryStore();
  const tensors = Array.from({ length: count }, (_, index): [string, Tensor] => [
    `layer_${String(index).padStart(5, '0')}/some/fairly/long/path/of/a/variable/number_${index * 7}`,
    { dtype: 'int32', shape: [], data: Int32Array.of(index) },
  ]);
  await writeCheckpoint({ store, path: 'many' }, tensors);
  const digests = Object.entries(sha256).map(([suffix]) => [
    suffix,
    createHash('sha256')
      .update(store.objects.get(`many${suffix}`) ?? '')
      .digest('hex'),
  ]);
  expect(Object.fromEntries(digests)).toEqual(sha256);
  const { tensors: read } = await readCheckpoint({ store, path: 'many' });
  expect([...read.keys()]).toEqual(tensors.map(([name]) => name));
});

const floats = (length: number): Tensor => ({
  dtype: 'float32',
  shape: [length],
  data: Float32Array.from({ length }, (_, index) => index),
});

test('several data files share the tensors and read as one checkpoint', async () => {
  const store = memoryStore();
  const tensors: [string, Tensor][] = ['d', 'c', 'b', 'a'].map((name, index) => [
    name,
    floats(100 + index),
  ]);
  await writeCheckpoint({ store, path: 'p' }, tensors, { shards: 3 });
  const sizes = [...store.objects].map(([key, { length }]) => [key, length]);
  expect(sizes.slice(0, 3)).toEqual([
    ['p.data-00000-of-00003', 804],
    ['p.data-00001-of-00003', 408],
    ['p.data-00002-of-00003', 412],
  ]);
  const read = await readCheckpoint({ store, path: 'p' });
  for (const [name, tensor] of tensors) {
    expect(await read.tensors.get(name)?.read()).toEqual(tensor);
  }
});

test('a checkpoint without tensors has an empty data file', async () => {
  const store = memoryStore();
  await writeCheckpoint({ store, path: 'p' }, []);
  expect([...store.objects].map(([key]) => key)).toEqual(['p.data-00000-of-00001', 'p.index']);
  expect((await readCheckpoint({ store, path: 'p' })).tensors.size).toBe(0);
});

test('a name that occurs twice or is empty is refused before anything is written', async () => {
  const store = memoryStore();
  const twice: [string, Tensor][] = [
    ['a', floats(1)],
    ['a', floats(2)],
  ];
  await expect(writeCheckpoint({ store, path: 'p' }, twice)).rejects.toThrow(RangeError);
  await expect(writeCheckpoint({ store, path: 'p' }, [['', floats(1)]])).rejects.toThrow(
    RangeError,
  );
  expect(store.objects.size).toBe(0);
});

test('one tensor is read at a time', async () => {
  let active = 0;
  const lazy = (length: number): LazyTensor => {
    const inner = lazyFromTensor(floats(length));
    return {
      ...inner,
      read: async () => {
        active++;
        expect(active).toBe(1);
        const tensor = await inner.read();
        await new Promise((resolve) => setTimeout(resolve, 1));
        active--;
        return tensor;
      },
    } as LazyTensor;
  };
  const store = memoryStore();
  await writeCheckpoint(
    { store, path: 'p' },
    [1, 2, 3].map((length) => [`t${length}`, lazy(length)]),
  );
  expect((await readCheckpoint({ store, path: 'p' })).tensors.size).toBe(3);
});

test('at every moment of a write over a checkpoint one of the two is whole', async () => {
  const store = memoryStore();
  const tensors = (length: number): [string, Tensor][] => [
    ['x', floats(length)],
    ['y', floats(5)],
  ];
  const sizeOf = async (): Promise<number | undefined> => {
    const { tensors: read } = await readCheckpoint({
      store: memoryStore(store.objects),
      path: 'p',
    });
    for (const tensor of read.values()) await tensor.read();
    return read.get('x')?.shape[0];
  };
  await writeCheckpoint({ store, path: 'p' }, tensors(1));
  const seen: (number | undefined)[] = [];
  const watched = {
    ...store,
    write: async (...call: Parameters<MemoryStore['write']>) => {
      await store.write(...call);
      seen.push(await sizeOf());
    },
    copy: async (from: string, to: string) => {
      await store.copy(from, to);
      seen.push(await sizeOf());
    },
    delete: async (key: string) => {
      await store.delete(key);
      seen.push(await sizeOf());
    },
  };
  await writeCheckpoint({ store: watched, path: 'p' }, tensors(2));
  expect(seen).toEqual([1, 1, 2, 2, 2, 2, 2]);
  expect([...store.objects.keys()].sort()).toEqual(['p.data-00000-of-00001', 'p.index']);
  const fresh = memoryStore();
  await writeCheckpoint({ store: fresh, path: 'p' }, tensors(2));
  expect(filesOf(store, 'p')).toEqual(filesOf(fresh, 'p'));
});

test('in a store without copies a checkpoint is written over under other names', async () => {
  const { copy: _, ...store } = memoryStore();
  await writeCheckpoint({ store, path: 'p' }, [['x', floats(1)]]);
  await writeCheckpoint({ store, path: 'p' }, [['x', floats(2)]]);
  expect([...store.objects.keys()].sort()).toEqual([
    'p.data-00000-of-00002',
    'p.data-00001-of-00002',
    'p.index',
  ]);
  await writeCheckpoint({ store, path: 'p' }, [['x', floats(3)]]);
  expect([...store.objects.keys()].sort()).toEqual(['p.data-00000-of-00001', 'p.index']);
  const { tensors } = await readCheckpoint({ store, path: 'p' });
  expect(tensors.get('x')?.shape).toEqual([3]);
});

test('data files without index are leftovers and are written over', async () => {
  const store = memoryStore([['p.data-00000-of-00001', utf8('left over')]]);
  await writeCheckpoint({ store, path: 'p' }, [['x', floats(1)]]);
  expect([...store.objects.keys()]).toEqual(['p.data-00000-of-00001', 'p.index']);
});

const someTensor = fc.oneof(
  fc
    .array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
    .map((data): Tensor => ({ dtype: 'string', shape: [data.length], data })),
  fc
    .float64Array({ maxLength: 50 })
    .map((data): Tensor => ({ dtype: 'float64', shape: [data.length, 1], data })),
  fc
    .bigInt64Array({ maxLength: 50 })
    .map((data): Tensor => ({ dtype: 'int64', shape: [1, data.length], data })),
  fc
    .uint8Array({ minLength: 1, maxLength: 1 })
    .map((data): Tensor => ({ dtype: 'uint8', shape: [], data })),
);
const someName = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((name) => !name.startsWith('\0'));

test('what is written is read, whatever names and values', async () => {
  const entries = fc.uniqueArray(fc.tuple(someName, someTensor), { selector: ([name]) => name });
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 4 }), async (tensors, shards) => {
      const store = memoryStore();
      await writeCheckpoint({ store, path: 'p' }, tensors, { shards });
      const read = await readCheckpoint({ store, path: 'p' });
      expect(read.tensors.size).toBe(tensors.length);
      for (const [name, tensor] of tensors) {
        const found = await read.tensors.get(name)?.read();
        expect(found && listTensor(name, found)).toEqual(listTensor(name, tensor));
      }
    }),
    { numRuns: 60 },
  );
});
