import {
  type ByteSource,
  cachedSource,
  coalescedSource,
  memorySource,
  memoryStore,
  withCache,
  withCoalescing,
} from '@km/core';
import { countingSource, countingStore, uniform } from '@km/test-utils';
import fc from 'fast-check';

const bytes = new Uint8Array(uniform([250], 3).buffer);

/** A source whose reads wait until they are released, and which tells what was cancelled. */
function slowSource(): { source: ByteSource; release: () => void; aborted: unknown[] } {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const aborted: unknown[] = [];
  return {
    source: {
      name: 'slow',
      byteLength: bytes.length,
      async read(start, end, options) {
        options?.signal?.addEventListener('abort', () => aborted.push(options.signal?.reason));
        await gate;
        return bytes.slice(start, end);
      },
    },
    release,
    aborted,
  };
}

const wrappers: [string, (source: ByteSource) => ByteSource][] = [
  ['cache', (source) => cachedSource(source, { blockBytes: 7, maxBytes: 100 })],
  ['tiny cache', (source) => cachedSource(source, { blockBytes: 64, maxBytes: 64 })],
  ['coalescing', (source) => coalescedSource(source, { maxGap: 5, maxBytes: 50 })],
];

describe.each(wrappers)('the %s wrapper', (_name, wrap) => {
  test('gives every range its own bytes, whatever is read together', async () => {
    const range = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(range, { maxLength: 6 })), async (rounds) => {
        const source = wrap(memorySource(bytes));
        for (const round of rounds) {
          const wanted = round.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
          const read = await Promise.all(wanted.map(([start, end]) => source.read(start, end)));
          expect(read).toEqual(wanted.map(([start, end]) => bytes.slice(start, end)));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('refuses a range beyond the end', async () => {
    const source = wrap(memorySource(bytes));
    await expect(source.read(999, 1001)).rejects.toMatchObject({ code: 'KM_TRUNCATED' });
  });

  test('hands a failure to everybody who waits, and tries again', async () => {
    let fail = true;
    const source = wrap({
      name: 'shaky',
      byteLength: bytes.length,
      async read(start, end) {
        if (fail) throw new Error('shaky');
        return bytes.slice(start, end);
      },
    });
    const reads = await Promise.allSettled([source.read(0, 5), source.read(3, 8)]);
    expect(reads.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    expect(await source.read(0, 5)).toEqual(bytes.slice(0, 5));
  });

  test('lets one of two readers cancel without harm to the other', async () => {
    const { source, release, aborted } = slowSource();
    const wrapped = wrap(source);
    const controller = new AbortController();
    const first = wrapped.read(0, 5, { signal: controller.signal });
    const second = wrapped.read(2, 6);
    await Promise.resolve();
    controller.abort('mine');
    await expect(first).rejects.toBe('mine');
    release();
    expect(await second).toEqual(bytes.slice(2, 6));
    expect(aborted).toEqual([]);
  });

  test('cancels the read below when all readers have cancelled', async () => {
    const { source, release, aborted } = slowSource();
    const wrapped = wrap(source);
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const reads = [wrapped.read(0, 5, options), wrapped.read(2, 6, options)];
    await Promise.resolve();
    controller.abort('all');
    for (const read of reads) await expect(read).rejects.toBe('all');
    expect(aborted).toEqual(['all']);
    const again = wrapped.read(0, 5);
    release();
    expect(await again).toEqual(bytes.slice(0, 5));
  });

  test('reports the bytes of each read', async () => {
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }): number => seen.push(done);
    const source = wrap(memorySource(bytes));
    await Promise.all([source.read(0, 5, { onProgress }), source.read(5, 8, { onProgress })]);
    expect(seen.sort()).toEqual([3, 5]);
  });
});

test('a block is read once, and neighbours that miss in one read', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const cached = cachedSource(source, { blockBytes: 100, maxBytes: 10_000 });
  await cached.read(110, 120);
  await cached.read(150, 199);
  expect(counts.reads).toMatchObject([{ start: 100, end: 200 }]);
  counts.clear();
  await cached.read(50, 450);
  expect(counts.reads).toMatchObject([
    { start: 0, end: 100 },
    { start: 200, end: 500 },
  ]);
});

test('two readers of one block at a time cause one read', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const cached = cachedSource(source, { blockBytes: 100, maxBytes: 10_000 });
  await Promise.all([cached.read(0, 150), cached.read(120, 130)]);
  expect(counts.reads).toMatchObject([{ start: 0, end: 200 }]);
});

test('the cache keeps what was used last and no more than its bound', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const cached = cachedSource(source, { blockBytes: 10, maxBytes: 40 });
  for (const start of [0, 10, 20, 30, 0, 40]) await cached.read(start, start + 10);
  counts.clear();
  await cached.read(0, 10);
  await cached.read(10, 20);
  expect(counts.reads).toMatchObject([{ start: 10, end: 20 }]);
});

test('a read that would push out most of the cache bypasses it', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const cached = cachedSource(source, { blockBytes: 10, maxBytes: 100 });
  await cached.read(3, 33);
  expect(counts.reads).toMatchObject([{ start: 3, end: 33 }]);
});

test('a block size below one is the caller’s mistake', () => {
  expect(() => cachedSource(memorySource(bytes), { blockBytes: 0 })).toThrow(RangeError);
});

test('near ranges of one tick are one read, far ones are not', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const coalesced = coalescedSource(source, { maxGap: 10, maxBytes: 100 });
  await Promise.all([
    coalesced.read(40, 50),
    coalesced.read(0, 20),
    coalesced.read(30, 35),
    coalesced.read(200, 210),
    coalesced.read(205, 299),
  ]);
  expect(counts.reads).toMatchObject([
    { start: 0, end: 50 },
    { start: 200, end: 299 },
  ]);
});

test('a merged read stays below its bound', async () => {
  const { source, counts } = countingSource(memorySource(bytes));
  const coalesced = coalescedSource(source, { maxGap: 10, maxBytes: 30 });
  await Promise.all([0, 10, 20, 30].map((start) => coalesced.read(start, start + 10)));
  expect(counts.reads).toMatchObject([
    { start: 0, end: 30 },
    { start: 30, end: 40 },
  ]);
});

test('stores are wrapped object by object', async () => {
  const { store, counts } = countingStore(memoryStore([['a', bytes]]));
  const wrapped = withCoalescing(withCache(store, { blockBytes: 100 }));
  expect(await wrapped.open('b')).toBeUndefined();
  const source = await wrapped.open('a');
  await source?.read(0, 10);
  await source?.read(20, 30);
  expect(counts.reads).toMatchObject([{ name: 'a', start: 0, end: 100 }]);
  const keys: string[] = [];
  for await (const key of wrapped.list?.('') ?? []) keys.push(key);
  expect(keys).toEqual(['a']);
});

test('an object opened again is read again', async () => {
  const { store, counts } = countingStore(memoryStore([['a', bytes]]));
  const cached = withCache(store);
  for (let i = 0; i < 2; i++) await (await cached.open('a'))?.read(0, 10);
  expect(counts.reads).toHaveLength(2);
});
