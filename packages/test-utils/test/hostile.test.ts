import { MalformedError, memorySource, memoryStore, readAll } from '@km/core';
import { byteFlips, countingSource, countingStore, runHostile, truncations } from '@km/test-utils';

test('truncations end at the powers of two and one byte short', () => {
  const lengths = [...truncations(new Uint8Array(9))].map(({ bytes }) => bytes.length);
  expect(lengths).toEqual([0, 1, 2, 4, 8]);
  expect([...truncations(new Uint8Array(7))].map(({ bytes }) => bytes.length)).toEqual([
    0, 1, 2, 4, 6,
  ]);
});

test('byte flips change one byte each and leave the original alone', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const cases = [...byteFlips(bytes, 2)];
  expect(cases.map((flip) => [...flip.bytes])).toEqual([
    [254, 2, 3],
    [0, 2, 3],
    [129, 2, 3],
    [1, 2, 252],
    [1, 2, 2],
    [1, 2, 131],
  ]);
  expect([...bytes]).toEqual([1, 2, 3]);
});

test('hostile outcomes tell KmErrors from other failures', async () => {
  const outcome = await runHostile(
    [0, 1, 2].map((value) => ({ name: `case ${value}`, bytes: Uint8Array.of(value) })),
    ([value]) => {
      if (value === 1) throw new MalformedError('bad');
      if (value === 2) throw new TypeError('slip');
    },
  );
  expect(outcome).toEqual({
    accepted: ['case 0'],
    refused: ['case 1'],
    broken: [expect.stringContaining('case 2: TypeError: slip')],
  });
});

test('a counting source records ranges and bytes', async () => {
  const { source, counts } = countingSource(memorySource(new Uint8Array(10), 'ten'));
  await source.read(2, 5);
  await readAll(source);
  expect(counts.reads).toEqual([
    { name: 'ten', start: 2, end: 5 },
    { name: 'ten', start: 0, end: 10 },
  ]);
  expect(counts.bytes).toBe(13);
  counts.clear();
  expect(counts.bytes).toBe(0);
});

test('a counting store counts over all its objects', async () => {
  const { store, counts, opened } = countingStore(memoryStore([['a', new Uint8Array(4)]]));
  const source = await store.open('a');
  expect(await store.open('b')).toBeUndefined();
  await source?.read(1, 4);
  expect(opened).toEqual(['a', 'b']);
  expect(counts.bytes).toBe(3);
});
