import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  blobSource,
  blobStore,
  directoryStore,
  isSafeKey,
  memorySource,
  memoryStore,
  objectStore,
  readAll,
  type Store,
  s3Objects,
  sliceSource,
  sourceChunks,
} from '@km/core';
import { fileStore } from '@km/core/node';
import { directoryHandle } from './directory-handle.ts';
import { objectClient, s3Client } from './object-client.ts';

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

async function keysOf(list: AsyncIterable<string> | undefined): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of list ?? []) keys.push(key);
  return keys;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'km-stores-'));
});
afterAll(() => rm(folder, { recursive: true }));

let made = 0;
const stores: [string, () => Store][] = [
  ['memory', () => memoryStore()],
  ['directory', () => directoryStore(directoryHandle())],
  ['object', () => objectStore(objectClient(), { prefix: 'models/' })],
  ['s3 object', () => objectStore(s3Objects(s3Client(), 'bucket'), { prefix: 'models/' })],
  ['file', () => fileStore(path.join(folder, String(made++)))],
];

test.each(stores)(
  'the %s store adds bytes at the end of an object, where it can',
  async (name, make) => {
    const store = make();
    if (store.append === undefined)
      return expect(['directory', 'object', 's3 object']).toContain(name);
    await store.append('a/log', bytes(1));
    await store.append('a/log', bytes(2, 3));
    const log = await store.open('a/log');
    expect(log && (await readAll(log))).toEqual(bytes(1, 2, 3));
  },
);

describe.each(stores)('the %s store', (_name, make) => {
  test('gives back what was written, replaces it and removes it', async () => {
    const store = make();
    await store.write('a/b.bin', [bytes(1, 2), bytes(3)]);
    const first = await store.open('a/b.bin');
    expect(first?.byteLength).toBe(3);
    expect(await first?.read(1, 3)).toEqual(bytes(2, 3));
    await store.write('a/b.bin', []);
    expect((await store.open('a/b.bin'))?.byteLength).toBe(0);
    await store.delete?.('a/b.bin');
    await store.delete?.('a/b.bin');
    expect(await store.open('a/b.bin')).toBeUndefined();
  });

  test('gives an object a second key, where it can', async () => {
    const store = make();
    await store.write('from', [bytes(1, 2)]);
    await store.write('folder/to', [bytes(3)]);
    if (store.copy === undefined) return;
    await store.copy('from', 'folder/to');
    await store.copy('from', 'folder/to');
    await store.delete?.('from');
    expect(await keysOf(store.list?.(''))).toEqual(['folder/to']);
    const source = await store.open('folder/to');
    expect(source && (await readAll(source))).toEqual(bytes(1, 2));
    await expect(store.copy('from', 'folder/to')).rejects.toThrow('from');
  });

  test('fills memory with bytes of an object, where it can', async () => {
    const store = make();
    await store.write('a', [bytes(1, 2, 3, 4)]);
    const source = await store.open('a');
    if (source?.readInto === undefined) return;
    const target = new Uint8Array(4);
    await source.readInto(target.subarray(1, 3), 2);
    expect(target).toEqual(bytes(0, 3, 4, 0));
    await expect(source.readInto(target, 1)).rejects.toMatchObject({ code: 'KM_TRUNCATED' });
  });

  test('opens neither absent objects nor folders', async () => {
    const store = make();
    await store.write('a/b', [bytes(1)]);
    expect(await store.open('a')).toBeUndefined();
    expect(await store.open('x/y')).toBeUndefined();
    expect(await store.open('a/b/c')).toBeUndefined();
    await store.delete?.('x/y');
  });

  test('lists keys in code-point order by prefix', async () => {
    const store = make();
    for (const key of ['b', 'a/2', 'a/10', 'ab', '\u{1f600}', '\uff5e']) {
      await store.write(key, [bytes(0)]);
    }
    expect(await keysOf(store.list?.(''))).toEqual([
      'a/10',
      'a/2',
      'ab',
      'b',
      '\uff5e',
      '\u{1f600}',
    ]);
    expect(await keysOf(store.list?.('a/'))).toEqual(['a/10', 'a/2']);
    expect(await keysOf(store.list?.('a'))).toEqual(['a/10', 'a/2', 'ab']);
    expect(await keysOf(store.list?.('a/1'))).toEqual(['a/10']);
    expect(await keysOf(store.list?.('b/'))).toEqual([]);
    expect(await keysOf(make().list?.(''))).toEqual([]);
  });

  test('keeps the old object, and no trace of the new one, when the chunks fail', async () => {
    const store = make();
    await store.write('kept', [bytes(7)]);
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes(1);
      throw new Error('no more');
    };
    await expect(store.write('kept', failing())).rejects.toThrow('no more');
    await expect(store.write('new', failing())).rejects.toThrow('no more');
    expect(await keysOf(store.list?.(''))).toEqual(['kept']);
    const kept = await store.open('kept');
    expect(kept && (await readAll(kept))).toEqual(bytes(7));
  });

  test('refuses keys that leave it', async () => {
    const store = make();
    for (const key of ['../x', '/x', 'a\\b']) {
      const refusal = expect.objectContaining({ code: 'KM_MALFORMED' });
      await expect(store.open(key)).rejects.toEqual(refusal);
      await expect(store.write(key, [])).rejects.toEqual(refusal);
      await expect(store.delete?.(key)).rejects.toEqual(refusal);
    }
  });

  test('throws the reason of a cancelled operation', async () => {
    const store = make();
    await store.write('a', [bytes(1)]);
    const options = { signal: AbortSignal.abort('enough') };
    const source = await store.open('a');
    await expect(source?.read(0, 1, options)).rejects.toBe('enough');
    await expect(store.open('a', options)).rejects.toBe('enough');
    await expect(store.write('a', [bytes(2)], options)).rejects.toBe('enough');
    expect(source && (await readAll(source))).toEqual(bytes(1));
  });

  test('stops a write that is cancelled between two chunks', async () => {
    const store = make();
    const controller = new AbortController();
    const chunks = function* (): Generator<Uint8Array> {
      yield bytes(1);
      controller.abort('stop');
      yield bytes(2);
    };
    await expect(store.write('a', chunks(), { signal: controller.signal })).rejects.toBe('stop');
    expect(await store.open('a')).toBeUndefined();
  });

  test('reports bytes', async () => {
    const store = make();
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }): number => seen.push(done);
    await store.write('a', [bytes(1, 2), bytes(3)], { onProgress });
    expect(seen.at(-1)).toBe(3);
    const source = await store.open('a');
    await source?.read(0, 2, { onProgress });
    expect(seen.at(-1)).toBe(2);
  });

  test('refuses a range beyond the end and what is no range', async () => {
    const store = make();
    await store.write('a', [bytes(1, 2)]);
    const source = await store.open('a');
    await expect(source?.read(1, 3)).rejects.toMatchObject({ code: 'KM_TRUNCATED', offset: 1 });
    await expect(source?.read(2, 1)).rejects.toThrow(RangeError);
    await expect(source?.read(0.5, 1)).rejects.toThrow(RangeError);
    expect(await source?.read(2, 2)).toEqual(bytes());
  });
});

test.each([
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  'a/./b',
  '..',
  'a/../b',
  'a\\b',
  'a\0b',
  'C:/x',
  'c:x',
  'a'.repeat(4097),
])('the key %p is not safe', (key) => {
  expect(isSafeKey(key)).toBe(false);
});

test.each([
  'a',
  'a/b.c',
  '...',
  'a b',
  '.hidden',
  'ü/é',
  'variables/variables.data-00000-of-00001',
])('the key %p is safe', (key) => {
  expect(isSafeKey(key)).toBe(true);
});

test('a slice reads its own range of another source', async () => {
  const slice = sliceSource(memorySource(bytes(0, 1, 2, 3, 4), 'five'), 1, 4);
  expect(slice).toMatchObject({ name: 'five', byteLength: 3 });
  expect(await slice.read(1, 3)).toEqual(bytes(2, 3));
  await expect(slice.read(1, 4)).rejects.toMatchObject({ code: 'KM_TRUNCATED' });
  expect(() => sliceSource(slice, 1, 4)).toThrow(expect.objectContaining({ code: 'KM_TRUNCATED' }));
});

test('a source is handed over in chunks, with progress over the whole', async () => {
  const seen: unknown[] = [];
  const chunks: Uint8Array[] = [];
  const source = memorySource(bytes(0, 1, 2, 3, 4), 'five');
  for await (const chunk of sourceChunks(source, {
    chunkBytes: 2,
    onProgress: (p) => seen.push(p),
  })) {
    chunks.push(chunk);
  }
  expect(chunks).toEqual([bytes(0, 1), bytes(2, 3), bytes(4)]);
  expect(seen).toEqual([2, 4, 5].map((done) => ({ stage: 'reading five', done, total: 5 })));
});

test('a chunk that its producer reuses is stored as it was', async () => {
  const store = memoryStore();
  const chunk = bytes(0);
  const chunks = function* (): Generator<Uint8Array> {
    for (let value = 1; value <= 3; value++) {
      chunk[0] = value;
      yield chunk;
    }
  };
  await store.write('a', chunks());
  expect(store.objects.get('a')).toEqual(bytes(1, 2, 3));
});

test('blobs are read by range and listed', async () => {
  const blob = new Blob([bytes(1, 2, 3)]);
  expect(await blobSource(blob).read(1, 3)).toEqual(bytes(2, 3));
  const store = blobStore([
    ['b', blob],
    ['a/c', blob],
  ]);
  expect(await keysOf(store.list?.(''))).toEqual(['a/c', 'b']);
  expect((await store.open('a/c'))?.byteLength).toBe(3);
  expect(await store.open('c')).toBeUndefined();
});

test('a blob that can no longer be read says so', async () => {
  const blob = { size: 2, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) };
  await expect(blobSource(blob as unknown as Blob, 'model.h5').read(0, 1)).rejects.toMatchObject({
    code: 'KM_IO',
    message: expect.stringContaining('model.h5 cannot be read any more'),
  });
});

test('an object client that ignores ranges is found out', async () => {
  const client = { ...objectClient([['a', bytes(1, 2, 3)]]), read: async () => bytes(1, 2, 3) };
  const source = await objectStore(client).open('a');
  await expect(source?.read(0, 2)).rejects.toMatchObject({ code: 'KM_IO' });
});

test('an object that changed while it was read is an error', async () => {
  const store = objectStore(s3Objects(s3Client(), 'bucket'));
  await store.write('a', [bytes(1, 2, 3)]);
  const source = await store.open('a');
  await store.write('a', [bytes(4, 5, 6)]);
  await expect(source?.read(0, 2)).rejects.toMatchObject({
    code: 'KM_IO',
    message: expect.stringContaining('a changed in the storage'),
  });
});

test('a failure of an object client is not taken for an absent object', async () => {
  const failing = { ...objectClient(), stat: () => Promise.reject(new Error('403 Forbidden')) };
  await expect(objectStore(failing).open('a')).rejects.toMatchObject({
    code: 'KM_IO',
    source: 'a',
    message: 'a: 403 Forbidden',
  });
});

test('a failure of the directory is not taken for an absent file', async () => {
  const handle = directoryHandle();
  handle.getFileHandle = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  await expect(directoryStore(handle).open('a')).rejects.toMatchObject({ code: 'KM_IO' });
});
