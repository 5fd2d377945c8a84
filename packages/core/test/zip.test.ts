import { deflateRawSync } from 'node:zlib';
import {
  crc32,
  memorySource,
  memoryStore,
  readAll,
  sourceChunks,
  type ZipEntry,
  zipChunks,
  zipStore,
} from '@km/core';
import { byteFlips, countingSource, runHostile, truncations, uniform } from '@km/test-utils';
import fc from 'fast-check';
import { makeZip, type RawEntry } from './make-zip.ts';

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

async function zipped(entries: ZipEntry[]): Promise<Uint8Array> {
  const store = memoryStore();
  await store.write('x.zip', zipChunks(entries));
  return store.objects.get('x.zip') ?? new Uint8Array(0);
}

async function unzipped(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const store = await zipStore(memorySource(bytes, 'x.zip'));
  const entries = new Map<string, Uint8Array>();
  for await (const key of store.list('')) {
    const source = await store.open(key);
    if (source) entries.set(key, await readAll(source));
  }
  return entries;
}

const weights = new Uint8Array(uniform([5000], 1).buffer);
const compressible = new Uint8Array(20_000).fill(7);
const deflated = (data: Uint8Array): Pick<RawEntry, 'method' | 'body'> => ({
  method: 8,
  body: new Uint8Array(deflateRawSync(data)),
});

test('the checksum is that of zip', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
  expect(crc32(text('6789'), crc32(text('12345')))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('what is written comes back, whatever the names, sizes and chunks', async () => {
  const key = fc.stringMatching(/^[a-zé]{1,8}(\/[a-z.]{1,4}x){0,2}$/);
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, chunks, { maxKeys: 5 }), async (entries) => {
      const list = Object.entries(entries);
      const archive = await zipped(list.map(([name, data]) => ({ key: name, data })));
      const expected = list.map(([name, data]) => [
        name,
        Uint8Array.from(data.flatMap((c) => [...c])),
      ]);
      expect(await unzipped(archive)).toEqual(new Map(expected as [string, Uint8Array][]));
    }),
    { numRuns: 30 },
  );
});

test('equal entries give equal bytes, dated 1980 and stored', async () => {
  const entries = (): ZipEntry[] => [
    { key: 'metadata.json', data: text('{}') },
    { key: 'model.weights.h5', data: [weights.subarray(0, 100), weights.subarray(100)] },
  ];
  const archive = await zipped(entries());
  expect(await zipped(entries())).toEqual(archive);
  const header = new DataView(archive.buffer, archive.byteOffset);
  expect(header.getUint32(0, true)).toBe(0x04034b50);
  expect(header.getUint16(8, true)).toBe(0);
  expect(header.getUint32(10, true)).toBe(0x00210000);
  expect(header.getUint32(14, true)).toBe(crc32(text('{}')));
});

test('entries are pulled one chunk at a time while the archive is read', async () => {
  let pulled = 0;
  let most = 0;
  let written = 0;
  const data = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 40; i++) {
      pulled += 1 << 20;
      most = Math.max(most, pulled - written);
      yield new Uint8Array(1 << 20);
    }
  };
  for await (const chunk of zipChunks([{ key: 'big', data: data() }])) written += chunk.length;
  expect(written).toBeGreaterThan(40 << 20);
  expect(most).toBeLessThan(6 << 20);
});

test('a failing entry fails the archive with its own error', async () => {
  const data = function* (): Generator<Uint8Array> {
    yield text('a');
    throw new Error('no more');
  };
  await expect(zipped([{ key: 'a', data: data() }])).rejects.toThrow('no more');
});

test('an archive that nobody reads on stops pulling its entries', async () => {
  let closed = false;
  const data = function* (): Generator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(1 << 20);
    } finally {
      closed = true;
    }
  };
  for await (const chunk of zipChunks([{ key: 'a', data: data() }])) {
    if (chunk.length > 1000) break;
  }
  expect(closed).toBe(true);
});

test('writing refuses unsafe names and honours a signal', async () => {
  await expect(zipped([{ key: '../a', data: text('') }])).rejects.toMatchObject({
    code: 'KM_MALFORMED',
  });
  const chunks = zipChunks([{ key: 'a', data: text('') }], { signal: AbortSignal.abort('stop') });
  await expect(chunks.next()).rejects.toBe('stop');
});

test('a range of a stored entry touches the directory, its header and these bytes only', async () => {
  const archive = await zipped([
    { key: 'a', data: compressible },
    { key: 'weights', data: weights },
  ]);
  const { source, counts } = countingSource(memorySource(archive));
  const store = await zipStore(source);
  counts.clear();
  const entry = await store.open('weights');
  expect(counts.bytes).toBe(30 + 'weights'.length);
  counts.clear();
  expect(await entry?.read(400, 800)).toEqual(weights.slice(400, 800));
  expect(counts.reads).toHaveLength(1);
  expect(counts.bytes).toBe(400);
});

test('a deflated entry is inflated once and read by range', async () => {
  const archive = makeZip([{ name: 'a', data: compressible, ...deflated(compressible) }]);
  const { source, counts } = countingSource(memorySource(archive));
  const entry = await (await zipStore(source)).open('a');
  expect(await entry?.read(10, 12)).toEqual(Uint8Array.of(7, 7));
  counts.clear();
  expect(entry && (await readAll(entry))).toEqual(compressible);
  expect(counts.reads).toEqual([]);
});

test('a zip64 archive is read', async () => {
  const archive = makeZip(
    [
      { name: 'a', data: weights },
      { name: 'b', data: text('b') },
    ],
    {
      zip64: true,
    },
  );
  expect(await unzipped(archive)).toEqual(
    new Map([
      ['a', weights],
      ['b', text('b')],
    ]),
  );
});

test('folders are no objects, and an absent entry is none', async () => {
  const archive = makeZip([
    { name: 'd/', data: text('') },
    { name: 'd/a', data: text('a') },
  ]);
  const store = await zipStore(memorySource(archive));
  expect(await store.open('b')).toBeUndefined();
  expect(await unzipped(archive)).toEqual(new Map([['d/a', text('a')]]));
});

test('a damaged stored entry is found out when it is read whole or in order', async () => {
  const archive = makeZip([{ name: 'weights', data: weights, crc: 1 }]);
  const entry = await (await zipStore(memorySource(archive))).open('weights');
  if (!entry) throw new Error('absent');
  const refusal = { code: 'KM_CHECKSUM', message: expect.stringContaining('memory/weights') };
  await expect(readAll(entry)).rejects.toMatchObject(refusal);
  const chunks = sourceChunks(entry, { chunkBytes: 3000 });
  await expect(memoryStore().write('copy', chunks)).rejects.toMatchObject(refusal);
  expect(await entry.read(4, 8)).toEqual(weights.slice(4, 8));
});

test.each([
  ['a wrong checksum', { crc: 1 }, 'KM_CHECKSUM'],
  ['a wrong size', { size: compressible.length - 1 }, 'KM_MALFORMED'],
  ['a size beyond what it inflates to', { size: compressible.length + 1 }, 'KM_CHECKSUM'],
  ['an inflation that deflate cannot reach', { size: 40_000_000 }, 'KM_LIMIT'],
  ['another compression method', { method: 12 }, 'KM_UNSUPPORTED'],
  ['encryption', { flags: 1 }, 'KM_UNSUPPORTED'],
  ['a link', { mode: 0o120777 }, 'KM_UNSUPPORTED'],
])('a deflated entry with %s is refused', async (_name, change, code) => {
  const archive = makeZip([
    { name: 'a', data: compressible, ...deflated(compressible), ...change },
  ]);
  const store = await zipStore(memorySource(archive));
  const read = async (): Promise<unknown> => {
    const entry = await store.open('a');
    return entry && readAll(entry);
  };
  await expect(read()).rejects.toMatchObject({ code });
});

test('an entry that would inflate beyond the caller’s cap is refused', async () => {
  const archive = makeZip([{ name: 'a', data: compressible, ...deflated(compressible) }]);
  const store = await zipStore(memorySource(archive), { maxInflatedBytes: 1000 });
  await expect(store.open('a')).rejects.toMatchObject({ code: 'KM_LIMIT' });
});

test.each([
  ['leaves the archive', ['../a']],
  ['is absolute', ['/a']],
  ['has a backslash', ['a\\b']],
  ['appears twice', ['a', 'a']],
])('an archive in which a name %s is refused', async (_name, names) => {
  const archive = makeZip(names.map((name) => ({ name, data: text('x') })));
  await expect(zipStore(memorySource(archive))).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});

test('a local header that disagrees with the directory is refused', async () => {
  const archive = makeZip([{ name: 'abc', data: text('x') }]);
  archive[30] = 0x7a;
  const store = await zipStore(memorySource(archive));
  await expect(store.open('abc')).rejects.toMatchObject({ code: 'KM_MALFORMED', offset: 0 });
});

test('what is no zip archive says so', async () => {
  await expect(zipStore(memorySource(text('<html>'), 'model.keras'))).rejects.toMatchObject({
    code: 'KM_MALFORMED',
    message: expect.stringMatching(/^model.keras is no intact zip archive/),
  });
});

test('truncated and flipped archives are refused or read right, never worse', async () => {
  const archive = makeZip([
    { name: 'stored', data: text('some stored bytes') },
    { name: 'deflated', data: compressible, ...deflated(compressible) },
  ]);
  const digest = (data: Uint8Array): string => Buffer.from(data).toString('base64');
  const right = [...(await unzipped(archive)).values()].map(digest);
  const cases = [...truncations(archive), ...byteFlips(archive)];
  const outcome = await runHostile(cases, async (bytes) => {
    for (const data of (await unzipped(bytes)).values()) {
      if (!right.includes(digest(data))) throw new Error('wrong data');
    }
  });
  expect(outcome.broken).toEqual([]);
  expect(outcome.refused.length).toBeGreaterThan(cases.length / 2);
});

test('opening and inflating are cancelled by a signal', async () => {
  const archive = makeZip([{ name: 'a', data: compressible, ...deflated(compressible) }]);
  const options = { signal: AbortSignal.abort('stop') };
  await expect(zipStore(memorySource(archive), options)).rejects.toBe('stop');
  const controller = new AbortController();
  const store = await zipStore(memorySource(archive), { signal: controller.signal });
  controller.abort('too late to matter');
  const entry = await store.open('a');
  await expect(entry?.read(0, 1, options)).rejects.toBe('stop');
  expect(entry && (await readAll(entry))).toEqual(compressible);
});
