import { type ByteSource, memorySource } from '@km/core';
import { crc32c } from '../src/crc32c.ts';
import { readWithCrc } from '../src/read-with-crc.ts';

const MEGABYTE = 1024 * 1024;

function patterned(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 997) bytes[index] = index % 251;
  return bytes;
}

function filling(bytes: Uint8Array, calls: number[]): ByteSource {
  const source = memorySource(bytes);
  return {
    ...source,
    async readInto(target, start) {
      calls.push(target.length);
      target.set(await source.read(start, start + target.length));
    },
  };
}

test('a long tensor is read piece by piece into one memory, with its checksum and its progress', async () => {
  const bytes = patterned(20 * MEGABYTE + 5);
  const calls: number[] = [];
  const done: number[] = [];
  const onProgress = (progress: { done: number }): number => done.push(progress.done);
  const read = await readWithCrc(filling(bytes, calls), 3, 20 * MEGABYTE, { onProgress });
  expect(Buffer.compare(read.bytes, bytes.subarray(3, 3 + 20 * MEGABYTE))).toBe(0);
  expect(read.crc).toBe(crc32c(read.bytes));
  expect(calls).toEqual([8 * MEGABYTE, 8 * MEGABYTE, 4 * MEGABYTE]);
  expect(done).toEqual([8 * MEGABYTE, 16 * MEGABYTE, 20 * MEGABYTE]);
});

test('a failure in the middle is the failure of the read', async () => {
  const bytes = patterned(20 * MEGABYTE);
  const source: ByteSource = {
    ...memorySource(bytes),
    readInto: async (_, start) => {
      if (start > 0) throw new Error('the disk is gone');
    },
  };
  await expect(readWithCrc(source, 0, bytes.length, undefined)).rejects.toThrow('the disk is gone');
});
